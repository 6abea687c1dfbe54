// Taking the address that waited for proof.
#include "features/email_verification/changing_address.h"

#include "domain/attempts.h"
#include "domain/directory.h"
#include "domain/erasure_notices.h"
#include "domain/ledger.h"
#include "domain/mail.h"
#include "domain/members.h"
#include "domain/organizations.h"
#include "domain/verification.h"
#include "http/request_facts.h"
#include "protocols/mail_text/mail_order.h"

namespace gatehouse::email_verification {
namespace {
using domain::address_in;
using domain::CanonicalAddress;
using domain::Event;
using domain::ledger_entry;
using domain::MailToQueue;
using domain::OneTimeToken;
using domain::Outcome;
using domain::queue_mail;
using domain::UnitOfWork;
using domain::unproven_life;
using domain::User;
using domain::UserStatus;
using domain::void_mailed_links;

Async<void> tell(
    http::Context& context,
    UnitOfWork& work,
    User before,
    mail_text::MailOrder order,
    std::int64_t row
)
{
    MailToQueue mail{
        .organization_id = before.organization_id,
        .recipient = order.recipient,
        .payload = mail_text::to_payload(order),
        .dedupe_key = {},
        .ledger_id = row
    };
    co_await queue_mail(context.services, work, std::move(mail), context.now);
}

Async<void>
record_and_tell(http::Context& context, UnitOfWork& work, User before, std::string now_at)
{
    auto const facts = http::facts_of(context);
    auto entry = ledger_entry(facts, Event::email_changed, Outcome::success, 302, before);
    entry.personal["oldValue"] = before.email;
    entry.personal["newValue"] = now_at;
    auto const row = co_await work.ledger().append(std::move(entry));
    mail_text::MailOrder changed{
        .kind = mail_text::MailKind::address_changed,
        .recipient = before.email,
        .recipient_name = before.name.value_or("")
    };
    changed.new_address = now_at;
    changed.happened_at = context.now;
    co_await tell(context, work, before, std::move(changed), row);
    auto const due = co_await domain::erasure_to_come(work, before);
    if (!due)
        co_return;
    mail_text::MailOrder erasure{
        .kind = mail_text::MailKind::erasure_requested,
        .recipient = std::move(now_at),
        .recipient_name = before.name.value_or("")
    };
    erasure.happened_at = due;
    co_await tell(context, work, std::move(before), std::move(erasure), row);
}

Async<bool> is_taken(UnitOfWork& work, User person, CanonicalAddress address, Instant now)
{
    co_await work.directory().purge_unproven(address, now - unproven_life);
    bool const taken = co_await work.directory().address_is_in_use(address, person.id);
    co_return taken;
}

// Under the lock on the wanted address. True if this call changed it.
Async<bool>
take(http::Context& context, UnitOfWork& work, OneTimeToken token, User person, std::string wanted)
{
    auto const now = context.now;
    bool const spent = co_await work.one_time_tokens().spend(token.organization_id, token.id, now);
    if (!spent)
        co_return false;
    co_await void_mailed_links(work, person, now); // they went to the old address
    bool const changed
        = co_await work.members().confirm_address(person.organization_id, person.id, wanted, now);
    if (!changed)
        co_return false;
    co_await record_and_tell(context, work, person, wanted);
    co_await work.commit();
    context.services.mail_waits();
    co_return true;
}

} // namespace

Async<Proof> change_address(http::Context& context, UnitOfWork& work, OneTimeToken token)
{
    auto const wanted = address_in(token);
    if (!wanted)
        co_return Proof::invalid;
    CanonicalAddress const address(*wanted);
    co_await work.attempts().lock(address);
    bool const there = co_await work.organizations().hold(token.organization_id);
    if (!there)
        co_return Proof::invalid;
    auto const person = co_await work.users().find(token.organization_id, token.user_id);
    if (!person || person->status != UserStatus::active)
        co_return Proof::invalid;
    if (person->email == *wanted) { // opened before, perhaps just now
        co_await work.commit(); // the answer waits until what it rests on is on disk
        co_return Proof::proven;
    }
    if (token.used_at || person->pending_email != wanted)
        co_return Proof::invalid;
    if (token.expires_at <= context.now)
        co_return Proof::expired;
    bool const taken = co_await is_taken(work, *person, address, context.now);
    if (taken)
        co_return Proof::taken;
    bool const changed = co_await take(context, work, std::move(token), *person, *wanted);
    co_return changed ? Proof::proven : Proof::invalid;
}

} // namespace gatehouse::email_verification
