// Ending everything, and beginning the way back, in one unit of work.
#include "features/sign_in_denial/denying.h"

#include "domain/access.h"
#include "domain/attempts.h"
#include "domain/directory.h"
#include "domain/ending_session.h"
#include "domain/ledger.h"
#include "domain/mail.h"
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
// mailed, are void too: one of them may be what somebody else waits for.
Async<void> end_everything(UnitOfWork& work, User user, Denied denied, Instant now)
{
    auto const& organization = user.organization_id;
    co_await domain::end_sessions(
        work, user, std::nullopt, SessionEnd::security_alert, RefreshEnd::security_event, now
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

// Commits.
Async<void> end_and_recover(Services& services, UnitOfWork& work, Ending ending)
{
    auto const& [facts, user, denied, within] = ending;
    co_await end_everything(work, user, denied, facts.now);
    auto entry = ledger_entry(facts, Event::force_logout, Outcome::success, 200, user);
    entry.session_id = within;
    entry.resource = "session";
    entry.resource_id = denied.session.text();
    entry.details["because"] = "sign_in_denied";
    entry.details["by"] = within ? "session" : "mailed_link";
    co_await work.ledger().append(std::move(entry));
    // An address that was replaced since is no proof of who reads mail at the present one.
    if (denied.same_address)
        co_await begin_recovery(services, work, facts, user);
    co_await work.commit();
    services.risk_scores.forget(user.id);
    services.mail_waits();
}

} // namespace

Async<void> deny_with_link(Services& services, RequestFacts facts, SecretString token)
{
    auto work = co_await services.storage.begin();
    auto opening = co_await find_opening(*work, digest_of(token), facts.now);
    CanonicalAddress const address(opening.user.email);
    co_await work->attempts().lock(address);
    auto const& organization = opening.token.organization_id;
    bool const there = co_await work->organizations().hold(organization);
    if (!there)
        throw Refusal{.reason = Reason::link_invalid};
    bool const spent
        = co_await work->one_time_tokens().spend(organization, opening.token.id, facts.now);
    if (!spent)
        throw Refusal{.reason = Reason::link_invalid};
    Ending ending{
        .facts = std::move(facts),
        .user = std::move(opening.user),
        .denied = std::move(opening.denied)
    };
    co_await end_and_recover(services, *work, std::move(ending));
}

Async<void> deny_within_session(
    Services& services, RequestFacts facts, domain::Caller const& caller, SessionId session
)
{
    auto work = co_await services.storage.begin();
    CanonicalAddress const address(caller.user.email);
    co_await work->attempts().lock(address);
    co_await domain::hold_own_organization(*work, caller);
    auto user = co_await domain::caller_as_stored(*work, caller, facts.now);
    auto const found = co_await work->directory().session(session);
    if (!found || found->session.user_id != user.id)
        throw Refusal{.reason = Reason::not_found};
    Ending ending{.facts = std::move(facts), .user = std::move(user)};
    ending.denied.session = std::move(session);
    ending.denied.device = found->session.device_fingerprint;
    ending.denied.same_address = true;
    ending.within = caller.session_id();
    co_await end_and_recover(services, *work, std::move(ending));
}

} // namespace gatehouse::sign_in_denial
