// Notices of an erasure, in the unit of work of their cause.
#include "domain/erasure_notices.h"

#include "domain/directory.h"
#include "domain/email_address.h"
#include "domain/erasures.h"
#include "domain/mail.h"
#include "domain/members.h"

#include <utility>

namespace gatehouse::domain {
namespace {

Async<void> mail_to(
    Services& services, UnitOfWork& work, User person, std::string recipient, ErasureNotice notice
)
{
    mail_text::MailOrder order{
        .kind = notice.kind, .recipient = recipient, .recipient_name = person.name.value_or("")
    };
    order.happened_at = notice.at;
    MailToQueue mail{
        .organization_id = person.organization_id,
        .recipient = std::move(recipient),
        .payload = mail_text::to_payload(order),
        .dedupe_key = {},
        .ledger_id = notice.ledger_row
    };
    co_await queue_mail(services, work, std::move(mail), services.clock.now());
}

} // namespace

Async<void> tell_of_erasure(
    Services& services,
    UnitOfWork& work,
    User person,
    std::optional<std::string> asked_with,
    ErasureNotice notice
)
{
    if (person.status != UserStatus::active)
        co_return;
    co_await mail_to(services, work, person, person.email, notice);
    CanonicalAddress const present(person.email);
    if (!asked_with || *asked_with == present.text())
        co_return;
    CanonicalAddress const before(*asked_with);
    bool const is_of_another = co_await work.directory().address_is_in_use(before, person.id);
    if (!is_of_another)
        co_await mail_to(services, work, std::move(person), *asked_with, notice);
}

Async<void> tell_new_address_of_erasure(
    Services& services, UnitOfWork& work, User before, std::string address, std::int64_t ledger_row
)
{
    auto const erasure = co_await work.members().erasures().find(before.organization_id, before.id);
    bool const is_to_come
        = erasure && erasure->cause == ErasureCause::requested && !erasure->ended_at;
    if (!is_to_come || before.status != UserStatus::active)
        co_return;
    ErasureNotice const notice{
        .kind = mail_text::MailKind::erasure_requested,
        .at = erasure->due_at,
        .ledger_row = ledger_row
    };
    co_await mail_to(services, work, std::move(before), std::move(address), notice);
}

} // namespace gatehouse::domain
