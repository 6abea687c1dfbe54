// The last owner, and the mails.
#include "features/data_erasure/leaving.h"

#include "domain/erasure_notices.h"
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
    std::optional<std::string> asked_with,
    Notice notice
)
{
    auto const addresses = co_await domain::told_of_erasure(work, person, std::move(asked_with));
    for (auto const& address : addresses) {
        mail_text::MailOrder order{
            .kind = notice.kind, .recipient = address, .recipient_name = person.name.value_or("")
        };
        order.happened_at = notice.at;
        domain::MailToQueue mail{
            .organization_id = person.organization_id,
            .recipient = address,
            .payload = mail_text::to_payload(order),
            .dedupe_key = {},
            .ledger_id = notice.ledger_row
        };
        co_await domain::queue_mail(services, work, std::move(mail), services.clock.now());
    }
}

} // namespace gatehouse::data_erasure
