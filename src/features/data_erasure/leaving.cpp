// The last owner, and the mails.
#include "features/data_erasure/leaving.h"

#include "domain/mail.h"
#include "domain/members.h"
#include "domain/organizations.h"

#include <utility>

namespace gatehouse::data_erasure {

Async<bool> leaves_nobody_stranded(domain::UnitOfWork& work, domain::User person)
{
    if (person.role != domain::Role::owner)
        co_return true;
    auto const others
        = co_await work.members().active_owners_beside(person.organization_id, person.id);
    if (others > 0)
        co_return true;
    auto const organization = co_await work.organizations().find(person.organization_id);
    domain::MemberFilter everybody;
    auto const people = co_await work.members().count(person.organization_id, std::move(everybody));
    co_return organization
        && organization->kind == domain::OrganizationKind::personal&& people <= 1;
}

Async<void> mail_about(
    domain::Services& services,
    domain::UnitOfWork& work,
    domain::User person,
    mail_text::MailKind kind,
    Instant at,
    std::int64_t ledger_row
)
{
    if (person.status != domain::UserStatus::active)
        co_return;
    mail_text::MailOrder order{
        .kind = kind, .recipient = person.email, .recipient_name = person.name.value_or("")
    };
    order.happened_at = at;
    domain::MailToQueue mail{
        .organization_id = person.organization_id,
        .recipient = person.email,
        .payload = mail_text::to_payload(order),
        .dedupe_key = {},
        .ledger_id = ledger_row
    };
    co_await domain::queue_mail(services, work, std::move(mail), services.clock.now());
}

} // namespace gatehouse::data_erasure
