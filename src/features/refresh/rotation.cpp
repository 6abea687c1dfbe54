// Rotation and its alarm, both under the lock on the family.
#include "features/refresh/rotation.h"

#include "core/uuid.h"
#include "domain/directory.h"
#include "domain/ledger.h"
#include "domain/mail.h"
#include "domain/organizations.h"
#include "domain/session_check.h"
#include "domain/session_use.h"
#include "features/refresh/retrying.h"
#include "features/refresh/rules.h"
#include "protocols/mail_text/mail_order.h"

namespace gatehouse::refresh {
namespace {
using domain::digest_of;
using domain::Event;
using domain::fingerprint_of;
using domain::judge_session;
using domain::ledger_entry;
using domain::MailToQueue;
using domain::mint_opaque_token;
using domain::mint_tokens;
using domain::Outcome;
using domain::queue_mail;
using domain::Reason;
using domain::RefreshEnd;
using domain::RefreshToken;
using domain::RefreshTokenId;
using domain::Refusal;
using domain::RequestFacts;
using domain::require;
using domain::Services;
using domain::Session;
using domain::SessionEnd;
using domain::SessionFacts;
using domain::TokenClaims;
using domain::TokenDigest;
using domain::UnitOfWork;
using domain::User;
using domain::UserStatus;

Async<void>
warn_person(Services& services, UnitOfWork& work, User user, std::int64_t row, Instant now)
{
    if (user.deleted_at || user.status != UserStatus::active)
        co_return;
    mail_text::MailOrder order{
        .kind = mail_text::MailKind::sessions_ended,
        .recipient = user.email,
        .recipient_name = user.name.value_or("")
    };
    order.happened_at = now;
    MailToQueue mail{
        .organization_id = user.organization_id,
        .recipient = user.email,
        .payload = mail_text::to_payload(order),
        .dedupe_key = {},
        .ledger_id = row
    };
    co_await queue_mail(services, work, std::move(mail), now);
}

// Everything that descends from the stolen token dies; bump and mail come once per family (api §6).
Async<void> end_family(
    Services& services,
    UnitOfWork& work,
    RequestFacts const& facts,
    RefreshToken token,
    SessionFacts owner
)
{
    auto const now = facts.now;
    auto const& organization = token.organization_id;
    auto& tokens = work.refresh_tokens();
    co_await work.sessions().revoke(
        organization, token.user_id, token.session_id, SessionEnd::security_alert, now
    );
    bool const first = co_await tokens.mark_reuse(organization, token.family_id, token.id, now);
    co_await tokens.revoke_family(organization, token.family_id, RefreshEnd::reuse_detected, now);
    if (first)
        co_await work.users().raise_session_version(organization, token.user_id, now);
    auto entry = ledger_entry(
        facts, Event::refresh_token_reuse_detected, Outcome::denied, 401, owner.user
    );
    entry.actor_id = {}; // who presented it is just what nobody knows
    entry.session_id = token.session_id;
    entry.resource = "refresh_token_family";
    entry.resource_id = token.family_id.text();
    entry.details["first_of_family"] = first;
    auto const row = co_await work.ledger().append(std::move(entry));
    if (first)
        co_await warn_person(services, work, owner.user, row, now);
    co_await work.commit();
    services.mail_waits();
}

void require_live(SessionFacts const& owner, Instant now)
{
    TokenClaims claims; // what a token of this session would say
    claims.subject = owner.session.user_id;
    claims.organization_id = owner.session.organization_id;
    claims.session_version = owner.session.session_version;
    require(judge_session(claims, owner, now));
}

struct Presented {
    RefreshToken token;
    SecretString text;
    std::string fingerprint; // of whoever presents it
};

// Nothing where it is no retry. What was decided at the rotation is decided once more, and the same
// successor given out with fresh tokens of the session; each answer leaves its row.
Async<std::optional<Rotated>> retried(
    Services& services,
    UnitOfWork& work,
    RequestFacts const& facts,
    Presented const& presented,
    SessionFacts owner
)
{
    auto const& token = presented.token;
    auto const window = services.settings.refresh_retry_window;
    if (window <= Duration(0) || !token.replaced_by)
        co_return std::nullopt;
    auto const successor
        = co_await work.refresh_tokens().find(token.organization_id, *token.replaced_by);
    if (!successor || !may_be_retried(token, *successor, presented.fingerprint, window, facts.now))
        co_return std::nullopt;
    auto text = open_successor(presented.text, token, *successor);
    if (!text)
        co_return std::nullopt;
    require_live(owner, facts.now);
    auto entry = ledger_entry(facts, Event::token_rotated, Outcome::success, 200, owner.user);
    entry.session_id = token.session_id;
    entry.details["retry"] = true;
    co_await work.ledger().append(std::move(entry));
    auto minted = co_await mint_tokens(services, work, owner.session, owner.user, facts.now);
    co_await work.commit();
    co_return Rotated{std::move(owner.session), std::move(minted), *std::move(text)};
}

Async<SecretString> write_successor(
    Services& services,
    UnitOfWork& work,
    RequestFacts const& facts,
    Presented presented,
    Session session
)
{
    auto const& token = presented.token;
    auto opaque = mint_opaque_token(services.random);
    RefreshToken successor;
    successor.id = RefreshTokenId(mint_uuid(facts.now, services.random));
    successor.organization_id = token.organization_id;
    successor.user_id = token.user_id;
    successor.session_id = token.session_id;
    successor.digest = opaque.digest;
    successor.family_id = token.family_id;
    successor.parent_id = token.id;
    successor.device_fingerprint = std::move(presented.fingerprint);
    successor.issued_at = facts.now;
    successor.expires_at = session.absolute_expires_at; // rotation never moves the absolute end
    std::optional<std::string> sealed; // nobody may ask again where the window is 0
    if (services.settings.refresh_retry_window > Duration(0))
        sealed
            = seal_successor(presented.text, token.id, successor.id, opaque.text, services.random);
    bool const rotated = co_await work.refresh_tokens().rotate(
        token.organization_id, token.id, successor.id, std::move(sealed), facts.now
    );
    if (!rotated) // cannot be under the lock on the family, unless SQL from outside was faster
        throw Refusal{.reason = Reason::force_logout};
    co_await work.refresh_tokens().insert(std::move(successor));
    co_return std::move(opaque.text);
}

Async<Rotated> continue_session(
    Services& services,
    UnitOfWork& work,
    RequestFacts const& facts,
    Presented presented,
    SessionFacts owner
)
{
    auto const token = presented.token;
    require_live(owner, facts.now);
    // The session's row first: who signs out or resets meanwhile either comes before and has
    // revoked the token, or waits and finds the successor.
    co_await work.sessions().touch(
        token.organization_id,
        token.session_id,
        facts.now,
        domain::moved_idle_end(owner.session, facts.now)
    );
    auto successor
        = co_await write_successor(services, work, facts, std::move(presented), owner.session);
    auto entry = ledger_entry(facts, Event::token_rotated, Outcome::success, 200, owner.user);
    entry.session_id = token.session_id;
    co_await work.ledger().append(std::move(entry));
    auto minted = co_await mint_tokens(services, work, owner.session, owner.user, facts.now);
    co_await work.commit();
    co_return Rotated{std::move(owner.session), std::move(minted), std::move(successor)};
}

} // namespace

Async<Rotated> rotate(
    Services& services,
    RequestFacts facts,
    SecretString text,
    std::optional<std::string> fingerprint
)
{
    auto const digest = digest_of(text);
    auto work = co_await services.storage.begin();
    auto const seen = co_await work->directory().refresh_token(digest);
    if (!seen)
        throw Refusal{.reason = Reason::invalid_token};
    co_await work->refresh_tokens().lock_family(seen->family_id);
    bool const there = co_await work->organizations().hold(seen->organization_id);
    if (!there)
        throw Refusal{.reason = Reason::session_ended};
    auto token = co_await work->directory().refresh_token(digest); // as it is under the lock
    if (!token)
        throw Refusal{.reason = Reason::invalid_token};
    auto owner = co_await work->directory().session(token->session_id);
    if (!owner)
        throw Refusal{.reason = Reason::session_ended};

    Presented presented{*std::move(token), std::move(text), fingerprint_of(fingerprint, facts)};
    switch (judge_token(presented.token, facts.now)) {
    case TokenVerdict::reuse: {
        auto again = co_await retried(services, *work, facts, presented, *owner);
        if (again)
            co_return *std::move(again);
        co_await end_family(services, *work, facts, std::move(presented.token), std::move(*owner));
        throw Refusal{.reason = Reason::force_logout};
    }
    case TokenVerdict::ended:
        throw Refusal{.reason = Reason::force_logout};
    case TokenVerdict::expired:
        throw Refusal{.reason = Reason::token_expired};
    case TokenVerdict::rotate:
        break;
    }
    co_return co_await continue_session(
        services, *work, facts, std::move(presented), std::move(*owner)
    );
}

} // namespace gatehouse::refresh
