// Ending everything, and beginning the way back, in one unit of work.
#include "features/sign_in_denial/denying.h"

#include "domain/access.h"
#include "domain/attempts.h"
#include "domain/audit_log.h"
#include "domain/directory.h"
#include "domain/ending_factor.h"
#include "domain/ending_session.h"
#include "domain/ledger.h"
#include "domain/mail.h"
#include "domain/members.h"
#include "domain/new_device.h"
#include "domain/one_time_tokens.h"
#include "domain/opaque_token.h"
#include "domain/organizations.h"
#include "domain/refusal.h"
#include "domain/reset_links.h"
#include "domain/step_up_challenges.h"
#include "protocols/mail_text/mail_order.h"

#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace gatehouse::sign_in_denial {
namespace {
using domain::begin_reset;
using domain::CanonicalAddress;
using domain::Denied;
using domain::digest_of;
using domain::Event;
using domain::ledger_entry;
using domain::MailToQueue;
using domain::OneTimeToken;
using domain::Outcome;
using domain::queue_mail;
using domain::Reason;
using domain::RefreshEnd;
using domain::Refusal;
using domain::RequestFacts;
using domain::Services;
using domain::SessionEnd;
using domain::SessionId;
using domain::TokenDigest;
using domain::TokenPurpose;
using domain::UnitOfWork;
using domain::User;
using domain::UserStatus;

constexpr int looks = 4; // how often the address may change while its lock is waited for

struct Opening { // what a good link opens
    OneTimeToken token;
    User user;
    Denied denied;
};

Async<Opening> find_opening(UnitOfWork& work, TokenDigest digest, Instant now)
{
    auto const token = co_await work.directory().one_time_token(std::move(digest));
    if (!token || token->purpose != TokenPurpose::deny_sign_in || token->used_at)
        throw Refusal{.reason = Reason::link_invalid};
    if (token->expires_at <= now)
        throw Refusal{.reason = Reason::link_expired};
    auto user = co_await work.users().find(token->organization_id, token->user_id);
    bool const is_there = user && !user->deleted_at && user->status == UserStatus::active;
    auto denied = is_there ? domain::denied_by(*token, *user) : std::nullopt;
    if (!denied)
        throw Refusal{.reason = Reason::link_invalid};
    co_return Opening{*token, std::move(*user), std::move(*denied)};
}

// In the order of rows that holds everywhere. What was begun with the password, and links that were
// mailed, are void too: one of them may be what somebody else waits for. The other devices stay
// known: the alarm is about the denied one.
Async<void> end_everything(UnitOfWork& work, User user, Denied denied, Instant now)
{
    auto const& organization = user.organization_id;
    co_await domain::end_sessions(
        work, user, std::nullopt, SessionEnd::password_changed, RefreshEnd::security_event, now
    );
    if (denied.device)
        co_await work.sessions().disown(organization, user.id, *denied.device, now);
    for (auto const purpose :
         {TokenPurpose::change_email,
          TokenPurpose::reset_password,
          TokenPurpose::second_factor,
          TokenPurpose::magic_link,
          TokenPurpose::deny_sign_in})
        co_await work.one_time_tokens().void_all(organization, user.id, purpose, now);
    co_await work.step_up_challenges().void_open(organization, user.id, now);
    co_await work.users().forget_password(organization, user.id, now);
    co_await work.users().raise_session_version(organization, user.id, now);
}

// As an administrator does it; the row in the ledger is the denial's own.
Async<void> suspend(UnitOfWork& work, User user, Instant now)
{
    bool const is_there = co_await work.members().change_status(
        user.organization_id, user.id, UserStatus::suspended, now
    );
    if (!is_there) // deleted by SQL in this very moment
        throw Refusal{.reason = Reason::link_invalid};
}

// The link for a new password: the present one is known to somebody else.
Async<void>
begin_recovery(Services& services, UnitOfWork& work, RequestFacts const& facts, User user)
{
    auto token = co_await begin_reset(services, work, facts, user);
    auto entry = ledger_entry(facts, Event::password_reset_requested, Outcome::success, 200, user);
    entry.details["because"] = "sign_in_denied";
    auto const row = co_await work.ledger().append(std::move(entry));
    mail_text::MailOrder order{
        .kind = mail_text::MailKind::password_reset,
        .recipient = user.email,
        .recipient_name = user.name.value_or("")
    };
    order.links.push_back({.token = std::move(token)});
    MailToQueue mail{
        .organization_id = user.organization_id,
        .recipient = user.email,
        .payload = mail_text::to_payload(order),
        .dedupe_key = {},
        .ledger_id = row
    };
    co_await queue_mail(services, work, std::move(mail), facts.now);
}

struct Ending {
    RequestFacts facts;
    User user;
    Denied denied;
    std::optional<SessionId> within = {}; // the session in which it was said; none: by a link
};

// What somebody else may have put there since they signed in: an address, which would get the link
// for a new password, and a second factor, which nobody but them could answer.
struct PutThereSince {
    bool address = false;
    bool factor = false;
};

Async<PutThereSince> put_there_since(UnitOfWork& work, User const& user, Denied const& denied)
{
    auto& log = work.audit_log();
    auto const& organization = user.organization_id;
    PutThereSince found;
    found.address
        = co_await log.has_happened(organization, user.id, Event::email_changed, denied.since);
    found.address = found.address || !denied.same_address;
    found.factor
        = co_await log.has_happened(organization, user.id, Event::two_factor_enabled, denied.since);
    co_return found;
}

// Commits. Nobody knows any more whose mailbox it is where the address was replaced: then both stay
// out until an administrator has looked, and sets the address before letting them in again.
Async<WayBack> end_and_recover(Services& services, UnitOfWork& work, Ending ending)
{
    auto const& [facts, user, denied, within] = ending;
    co_await end_everything(work, user, denied, facts.now);
    // Only now: a change that was under way has ended, and the next one finds nothing to begin
    // with.
    auto const since = co_await put_there_since(work, user, denied);
    bool removed = false; // it may have been switched off again
    if (since.factor)
        removed = co_await domain::end_second_factor(work, user, facts.now);
    if (since.address)
        co_await suspend(work, user, facts.now);
    auto entry = ledger_entry(facts, Event::force_logout, Outcome::success, 200, user);
    entry.session_id = within;
    entry.resource = "session";
    entry.resource_id = denied.session.text();
    entry.details["because"] = "sign_in_denied";
    entry.details["by"] = within ? "session" : "mailed_link";
    entry.details["suspended"] = since.address;
    entry.details["second_factor_removed"] = removed;
    co_await work.ledger().append(std::move(entry));
    if (!since.address)
        co_await begin_recovery(services, work, facts, user);
    co_await work.commit();
    services.risk_scores.forget(user.id);
    services.mail_waits();
    co_return since.address ? WayBack::administrator : WayBack::mailbox;
}

// The opening as it stands while nobody else writes in the organization: who changes the address
// meanwhile either came before and is seen, or waits and finds their session over.
struct Held {
    std::unique_ptr<UnitOfWork> work;
    Opening opening;
};

Async<Opening> look(Services& services, TokenDigest digest, Instant now)
{
    auto work = co_await services.storage.read();
    co_return co_await find_opening(*work, std::move(digest), now);
}

Async<Held> hold(Services& services, TokenDigest digest, Instant now)
{
    for (int each = 0; each < looks; ++each) {
        auto const seen = co_await look(services, digest, now);
        CanonicalAddress const address(seen.user.email);
        auto work = co_await services.storage.begin();
        co_await work->attempts().lock(address);
        co_await work->organizations().lock(seen.token.organization_id);
        bool const there = co_await work->organizations().hold(seen.token.organization_id);
        if (!there)
            throw Refusal{.reason = Reason::link_invalid};
        auto opening = co_await find_opening(*work, digest, now);
        if (CanonicalAddress(opening.user.email) == address)
            co_return Held{std::move(work), std::move(opening)};
    }
    throw std::runtime_error("an address changed at every look");
}

} // namespace

Async<WayBack> deny_with_link(Services& services, RequestFacts facts, SecretString token)
{
    auto held = co_await hold(services, digest_of(token), facts.now);
    auto const& used = held.opening.token;
    bool const spent
        = co_await held.work->one_time_tokens().spend(used.organization_id, used.id, facts.now);
    if (!spent)
        throw Refusal{.reason = Reason::link_invalid};
    Ending ending{
        .facts = std::move(facts),
        .user = std::move(held.opening.user),
        .denied = std::move(held.opening.denied)
    };
    co_return co_await end_and_recover(services, *held.work, std::move(ending));
}

Async<WayBack> deny_within_session(
    Services& services, RequestFacts facts, domain::Caller const& caller, SessionId session
)
{
    auto work = co_await services.storage.begin();
    CanonicalAddress const address(caller.user.email);
    co_await work->attempts().lock(address);
    co_await work->organizations().lock(caller.organization_id());
    co_await domain::hold_own_organization(*work, caller);
    auto user = co_await domain::caller_as_stored(*work, caller, facts.now);
    auto const found = co_await work->directory().session(session);
    if (!found || found->session.user_id != user.id)
        throw Refusal{.reason = Reason::not_found};
    Ending ending{.facts = std::move(facts), .user = std::move(user)};
    ending.denied.session = std::move(session);
    ending.denied.device = found->session.device_fingerprint;
    ending.denied.since = found->session.created_at;
    ending.denied.same_address = true;
    ending.within = caller.session_id();
    co_return co_await end_and_recover(services, *work, std::move(ending));
}

} // namespace gatehouse::sign_in_denial
