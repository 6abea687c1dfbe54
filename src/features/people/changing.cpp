// One UPDATE of the named columns, and what a new address brings with it.
#include "features/people/changing.h"

#include "domain/access.h"
#include "domain/account_reach.h"
#include "domain/attempts.h"
#include "domain/deed.h"
#include "domain/directory.h"
#include "domain/erasure_notices.h"
#include "domain/ledger.h"
#include "domain/mail.h"
#include "domain/mail_requests.h"
#include "domain/organizations.h"
#include "domain/refusal.h"
#include "domain/verification.h"
#include "protocols/mail_text/mail_order.h"

namespace gatehouse::people {
namespace {
using domain::Actor;
using domain::begin_address_change;
using domain::CanonicalAddress;
using domain::count_mail_request;
using domain::deed;
using domain::Event;
using domain::hold_standing;
using domain::MailCeiling;
using domain::MailToQueue;
using domain::ProfileChange;
using domain::queue_mail;
using domain::Reason;
using domain::Refusal;
using domain::RequestFacts;
using domain::require_account_in_reach;
using domain::Services;
using domain::TokenPurpose;
using domain::UnitOfWork;
using domain::unproven_life;
using domain::User;
using domain::UserStatus;
using domain::void_mailed_links;
using mail_text::MailKind;
using mail_text::MailOrder;

// Mail cannot be abused through us: neither many mails to one address by changing many people, nor
// mails to many addresses by changing one person (decisions D-105).
constexpr MailCeiling to_one_address{.purpose = "address-change-to", .most = 5, .within = 1h};
constexpr MailCeiling of_one_person{.purpose = "address-change-of", .most = 5, .within = 1h};

enum class NewAddress { none, same_mailbox, waits, counts };

// Everything that one change needs at hand.
struct Changing {
    Services& services;
    UnitOfWork& work;
    RequestFacts const& facts;
    Actor actor;
    User const& person; // as it is before
    ProfileChange& change;
    std::optional<http::IfMatch> const& expected;
    NewAddress address = NewAddress::none;
};

std::string name_of(User const& person)
{
    return person.name.value_or(person.first_name.value_or(""));
}

// Nobody moves onto the address of somebody else; under the lock on it.
Async<void> claim(UnitOfWork& work, User const& person, std::string wanted, Instant now)
{
    CanonicalAddress const address(wanted);
    co_await work.directory().purge_unproven(address, now - unproven_life);
    bool const taken = co_await work.directory().address_is_in_use(address, person.id);
    if (taken)
        throw Refusal{.reason = Reason::email_already_registered};
}

Async<NewAddress> decide_address(Changing& now_on, std::string wanted)
{
    auto const& person = now_on.person;
    bool const same = CanonicalAddress(wanted) == CanonicalAddress(person.email);
    if (!same)
        co_await claim(now_on.work, person, wanted, now_on.facts.now);
    bool const waits = !same && person.self_registered && now_on.actor.is(person.id);
    if (waits) {
        now_on.change.pending_email = wanted;
        co_return NewAddress::waits;
    }
    now_on.change.pending_email.emplace(std::nullopt);
    now_on.change.email = wanted;
    now_on.change.forgets_proof = !same;
    co_return same ? NewAddress::same_mailbox : NewAddress::counts;
}

std::string fields_of(Changing const& done)
{
    std::string fields;
    auto const add = [&](bool is_there, char const* name) {
        if (is_there)
            fields += (fields.empty() ? "" : " ") + std::string(name);
    };
    add(done.change.first_name.has_value(), "firstName");
    add(done.change.last_name.has_value(), "lastName");
    add(done.change.email.has_value(), "email");
    add(done.address == NewAddress::waits, "pendingEmail");
    return fields;
}

Async<std::int64_t> record(Changing const& done)
{
    bool const moved = done.change.email && *done.change.email != done.person.email;
    auto const event = moved            ? Event::email_changed
        : done.actor.is(done.person.id) ? Event::profile_updated
                                        : Event::user_updated;
    auto entry = deed(done.facts, done.actor, event, 200, done.person);
    entry.details["fields"] = fields_of(done);
    if (moved) {
        entry.personal["oldValue"] = done.person.email;
        entry.personal["newValue"] = *done.change.email;
    }
    auto const row = co_await done.work.ledger().append(std::move(entry));
    co_return row;
}

Async<void> mail(Changing const& done, MailOrder order, std::int64_t row)
{
    MailToQueue queued{
        .organization_id = done.person.organization_id,
        .recipient = order.recipient,
        .payload = mail_text::to_payload(order),
        .dedupe_key = {},
        .ledger_id = row
    };
    co_await queue_mail(done.services, done.work, std::move(queued), done.facts.now);
}

// The wanted address must be proven first: its link goes there and nowhere else.
Async<void> ask_for_proof(Changing const& done, SecretString token, std::int64_t row)
{
    MailOrder order{
        .kind = MailKind::verify_email,
        .recipient = done.change.pending_email->value(),
        .recipient_name = name_of(done.person)
    };
    order.links.push_back({.token = std::move(token)});
    co_await mail(done, std::move(order), row);
}

Async<void> tell_old_address(Changing const& done, std::int64_t row)
{
    if (done.person.status != UserStatus::active)
        co_return;
    MailOrder order{
        .kind = MailKind::address_changed,
        .recipient = done.person.email,
        .recipient_name = name_of(done.person)
    };
    order.new_address = *done.change.email;
    order.happened_at = done.facts.now;
    co_await mail(done, std::move(order), row);
}

// Of an erasure that they asked for at the old one.
Async<void> tell_new_address(Changing const& done, std::int64_t row)
{
    auto const due = co_await domain::erasure_to_come(done.work, done.person);
    if (!due)
        co_return;
    MailOrder order{
        .kind = MailKind::erasure_requested,
        .recipient = *done.change.email,
        .recipient_name = name_of(done.person)
    };
    order.happened_at = due;
    co_await mail(done, std::move(order), row);
}

// Who is mailed about the new address; nobody where nothing is to be proven or told.
std::optional<CanonicalAddress> mailed(Changing const& done)
{
    if (done.address == NewAddress::waits)
        return CanonicalAddress(done.change.pending_email->value());
    if (done.address == NewAddress::counts && done.person.status == UserStatus::active)
        return CanonicalAddress(done.person.email);
    return std::nullopt;
}

Async<void> count_mail(Changing const& done)
{
    auto const address = mailed(done);
    if (!address)
        co_return;
    auto const now = done.facts.now;
    co_await count_mail_request(done.services, done.work, of_one_person, done.person.id, now);
    co_await count_mail_request(done.services, done.work, to_one_address, *address, now);
}

// The row is held last of all, as every use case writes it last, and until it is written.
Async<void> require_expected(Changing const& done)
{
    if (!done.expected)
        co_return;
    auto const& person = done.person;
    auto const present = co_await done.work.members().hold(person.organization_id, person.id);
    if (!present)
        throw Refusal{.reason = Reason::not_found};
    done.expected->require(http::entity_tag(person_view_of(*present)));
}

Async<void> write(Changing const& done)
{
    auto const& person = done.person;
    auto const now = done.facts.now;
    SecretString token;
    if (done.address == NewAddress::waits)
        token = co_await begin_address_change(
            done.services, done.work, done.facts, person, done.change.pending_email->value()
        );
    if (done.address == NewAddress::counts)
        co_await void_mailed_links(done.work, person, now);
    if (done.address == NewAddress::same_mailbox) // whatever waited is taken back
        co_await done.work.one_time_tokens().void_all(
            person.organization_id, person.id, TokenPurpose::change_email, now
        );
    co_await require_expected(done);
    bool const changed
        = co_await done.work.members().change(person.organization_id, person.id, done.change, now);
    if (!changed)
        throw Refusal{.reason = Reason::not_found};
    auto const row = co_await record(done);
    if (done.address == NewAddress::waits)
        co_await ask_for_proof(done, std::move(token), row);
    if (done.address != NewAddress::counts)
        co_return;
    co_await tell_old_address(done, row);
    co_await tell_new_address(done, row);
}

} // namespace

Async<User> change(Services& services, RequestFacts facts, Actor actor, User person, Wanted wanted)
{
    auto const& address = wanted.address;
    auto work = co_await services.storage.begin();
    if (address)
        co_await work->attempts().lock(CanonicalAddress(*address));
    co_await hold_standing(*work, actor, person.organization_id, facts.now);
    auto const before = co_await work->users().find(person.organization_id, person.id);
    if (!before)
        throw Refusal{.reason = Reason::not_found};
    Changing changing{services, *work, facts, actor, *before, wanted.change, wanted.expected};
    if (address) {
        co_await require_account_in_reach(*work, actor, *before); // perhaps raised since the gate
        changing.address = co_await decide_address(changing, *address);
        co_await count_mail(changing);
    }
    co_await write(changing);
    auto const after = co_await work->users().find(person.organization_id, person.id);
    if (!after)
        throw Refusal{.reason = Reason::not_found};
    co_await work->commit();
    services.mail_waits();
    co_return *after;
}

} // namespace gatehouse::people
