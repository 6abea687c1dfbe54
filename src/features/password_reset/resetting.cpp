// Spending a reset token: new password, all sessions over, the person told.
#include "features/password_reset/resetting.h"

#include "domain/attempts.h"
#include "domain/directory.h"
#include "domain/ending_session.h"
#include "domain/known_words.h"
#include "domain/ledger.h"
#include "domain/mail.h"
#include "domain/members.h"
#include "domain/notifications.h"
#include "domain/one_time_tokens.h"
#include "domain/opaque_token.h"
#include "domain/organizations.h"
#include "domain/refusal.h"
#include "protocols/mail_text/mail_order.h"
#include "protocols/password_text/password_rule.h"

namespace gatehouse::password_reset {
namespace {
using domain::AttemptMethod;
using domain::CanonicalAddress;
using domain::digest_of;
using domain::end_sessions;
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
using domain::shown_or_digest;
using domain::TokenDigest;
using domain::TokenPurpose;
using domain::UnitOfWork;
using domain::User;
using domain::UserStatus;
using domain::weak_password;

struct Opening { // what a good token opens
    OneTimeToken token;
    User user;
};

// An expiry that SQL moved back in users.reset_token_expires counts (spec/database 3.6).
Async<bool> is_expired(UnitOfWork& work, OneTimeToken token, std::string mirrored, Instant now)
{
    if (token.expires_at <= now)
        co_return true;
    auto const mirror = co_await work.directory().reset_mirror(std::move(mirrored));
    co_return mirror && mirror->user.id == token.user_id && mirror->expires
        && *mirror->expires <= now;
}

Async<Opening> find_opening(UnitOfWork& work, TokenDigest digest, std::string mirrored, Instant now)
{
    auto const token = co_await work.directory().one_time_token(digest);
    if (!token || token->purpose != TokenPurpose::reset_password || token->used_at)
        throw Refusal{.reason = Reason::link_invalid};
    bool const expired = co_await is_expired(work, *token, std::move(mirrored), now);
    if (expired)
        throw Refusal{.reason = Reason::link_expired};
    auto user = co_await work.users().find(token->organization_id, token->user_id);
    if (!user || user->status != UserStatus::active)
        throw Refusal{.reason = Reason::link_invalid};
    co_return Opening{*token, std::move(*user)};
}

Async<void> end_everything(UnitOfWork& work, User user, Instant now)
{
    auto const& organization = user.organization_id;
    co_await end_sessions(
        work, user, std::nullopt, SessionEnd::password_changed, RefreshEnd::security_event, now
    );
    co_await work.one_time_tokens().void_all(
        organization, user.id, TokenPurpose::reset_password, now
    );
    co_await work.one_time_tokens().void_all(
        organization, user.id, TokenPurpose::second_factor, now
    );
    co_await work.one_time_tokens().void_all(
        organization, user.id, TokenPurpose::deny_sign_in, now
    );
}

Async<void>
replace_password(UnitOfWork& work, User user, crypto::StoredPassword password, Instant now)
{
    auto const& organization = user.organization_id;
    co_await work.users().replace_password(organization, user.id, std::move(password), now);
    co_await work.users().prove_mailbox(organization, user.id, now);
    co_await work.users().raise_session_version(organization, user.id, now);
    co_await work.users().mirror_reset(organization, user.id, std::nullopt, std::nullopt);
}

Async<void>
record_and_tell(Services& services, UnitOfWork& work, RequestFacts const& facts, User user)
{
    auto entry = ledger_entry(facts, Event::password_reset_completed, Outcome::success, 200, user);
    auto const row = co_await work.ledger().append(std::move(entry));
    mail_text::MailOrder order{
        .kind = mail_text::MailKind::password_changed,
        .recipient = user.email,
        .recipient_name = user.name.value_or("")
    };
    order.happened_at = facts.now;
    MailToQueue mail{
        .organization_id = user.organization_id,
        .recipient = user.email,
        .payload = mail_text::to_payload(order),
        .dedupe_key = {},
        .ledger_id = row
    };
    co_await queue_mail(services, work, std::move(mail), facts.now);
}

} // namespace

Async<void>
reset(Services& services, RequestFacts facts, SecretString token, SecretString new_password)
{
    auto const digest = digest_of(token);
    auto const mirrored = shown_or_digest(services.settings, token);
    std::vector<std::string> known;
    { // refuses before hashing; what counts is the spending below
        auto look = co_await services.storage.read();
        auto const opening = co_await find_opening(*look, digest, mirrored, facts.now);
        known = co_await domain::known_of(*look, opening.user);
    }
    if (auto const problem = password_text::problem_with_password(new_password, known))
        throw weak_password("newPassword", *problem);
    auto password = co_await services.passwords.hash(std::move(new_password));

    auto work = co_await services.storage.begin();
    auto opening = co_await find_opening(*work, digest, mirrored, facts.now);
    auto const& user = opening.user;
    CanonicalAddress const address(user.email);
    co_await work->attempts().lock(address);
    bool const there = co_await work->organizations().hold(opening.token.organization_id);
    if (!there)
        throw Refusal{.reason = Reason::link_invalid};
    bool const spent = co_await work->one_time_tokens().spend(
        opening.token.organization_id, opening.token.id, facts.now
    );
    if (!spent)
        throw Refusal{.reason = Reason::link_invalid};
    co_await end_everything(*work, user, facts.now);
    co_await replace_password(*work, user, std::move(password), facts.now);
    co_await work->attempts().clear(address, AttemptMethod::password, user.organization_id);
    co_await record_and_tell(services, *work, facts, user);
    json::Object nothing_more;
    co_await work->members().notifications().add(
        user.organization_id,
        user.id,
        domain::NotificationKind::password_changed,
        std::move(nothing_more),
        facts.now
    );
    co_await work->commit();
    services.risk_scores.forget(user.id);
    services.mail_waits();
}

} // namespace gatehouse::password_reset
