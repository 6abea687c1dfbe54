// Rotation under the lock on the family: used up first, judged afterwards.
#include "features/refresh/rotation.h"

#include "core/uuid.h"
#include "domain/directory.h"
#include "domain/entering.h"
#include "domain/opaque_token.h"
#include "domain/organizations.h"
#include "domain/refresh_tokens.h"
#include "domain/session_check.h"
#include "domain/session_life.h"
#include "domain/session_list.h"
#include "domain/session_use.h"
#include "features/refresh/alarm.h"
#include "features/refresh/endings.h"
#include "features/refresh/retrying.h"
#include "features/refresh/rules.h"

#include <stdexcept>

namespace gatehouse::refresh {
namespace {
using domain::Device;
using domain::digest_of;
using domain::fingerprint_of;
using domain::judge_session;
using domain::LookBack;
using domain::mint_opaque_token;
using domain::Reason;
using domain::RefreshEnd;
using domain::Refreshing;
using domain::RefreshToken;
using domain::RefreshTokenId;
using domain::Refusal;
using domain::RequestFacts;
using domain::require;
using domain::Services;
using domain::Session;
using domain::SessionFacts;
using domain::StepUpPurpose;
using domain::TokenClaims;
using domain::TokenDigest;
using domain::UnitOfWork;

void require_live(SessionFacts const& owner, Instant now)
{
    TokenClaims claims; // what a token of this session would say
    claims.subject = owner.session.user_id;
    claims.organization_id = owner.session.organization_id;
    claims.session_version = owner.session.session_version;
    if (auto const why = domain::why_not_opened(claims, &owner, now))
        throw Refusal{.reason = *why};
}

struct Presented {
    RefreshToken token;
    SecretString text;
    std::string fingerprint; // of whoever presents it
};

// Nothing where it is no retry. What was decided at the rotation is decided once more.
Async<std::optional<Ended>> retried(
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
    if (!successor)
        co_return std::nullopt;
    // In the same unit of work: what a reset or an administrator ended later was not blocked.
    bool const was_blocked = successor->revoke_reason == RefreshEnd::force_logout
        && successor->revoked_at == token.revoked_at
        && successor->device_fingerprint == presented.fingerprint;
    if (was_blocked && token.revoked_at && facts.now < *token.revoked_at + window)
        throw Refusal{.reason = Reason::force_logout};
    if (!may_be_retried(token, *successor, presented.fingerprint, window, facts.now))
        co_return std::nullopt;
    auto text = open_successor(presented.text, token, *successor);
    if (!text)
        co_return std::nullopt;
    require_live(owner, facts.now);
    co_await domain::require_may_enter(work, facts, owner.user, *owner.rules);
    Repeated again{token, successor->id, std::move(owner), *std::move(text)};
    co_return co_await repeat(services, work, facts, std::move(again));
}

Async<SecretString> write_successor(
    Services& services,
    UnitOfWork& work,
    RequestFacts const& facts,
    Presented const& presented,
    RefreshTokenId id,
    Session session
)
{
    auto const& token = presented.token;
    auto opaque = mint_opaque_token(services.random);
    RefreshToken successor;
    successor.id = std::move(id);
    successor.organization_id = token.organization_id;
    successor.user_id = token.user_id;
    successor.session_id = token.session_id;
    successor.digest = opaque.digest;
    successor.family_id = token.family_id;
    successor.parent_id = token.id;
    successor.device_fingerprint = presented.fingerprint;
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

// What was proven less than 600 s ago, within this session and by this device, is not asked for
// again.
Async<bool> is_proven(UnitOfWork& work, RefreshToken const& token, std::string device, Instant now)
{
    return work.step_up_challenges().is_satisfied(
        token.organization_id,
        token.user_id,
        token.session_id,
        StepUpPurpose::security_verification,
        now - domain::step_up_counts_for,
        std::move(device)
    );
}

// The session's row first: who signs out or resets meanwhile either comes before and has revoked
// the token, or waits and finds the successor.
Async<void> note_in_row(
    UnitOfWork& work,
    SessionFacts const& owner,
    bool is_shorter,
    domain::RiskRecord const& risk,
    Instant now
)
{
    auto const& session = owner.session;
    auto const idle_end = domain::moved_idle_end(session, owner.rules->policy, now);
    co_await work.sessions().touch(session.organization_id, session.id, now, idle_end);
    if (is_shorter)
        co_await work.session_list().limit_life(session);
    co_await work.sessions().note_risk(
        session.organization_id, session.id, risk.score, risk.failure.has_value()
    );
}

Async<Ended> continue_session(
    Services& services,
    UnitOfWork& work,
    RequestFacts const& facts,
    Presented presented,
    SessionFacts owner,
    Device device,
    LookBack looked
)
{
    auto const& token = presented.token;
    bool const is_shorter = limit_life(owner.session, owner.rules->policy, facts.now);
    require_live(owner, facts.now);
    co_await domain::require_may_enter(work, facts, owner.user, *owner.rules);
    auto risk = co_await domain::assess(services, work, std::move(looked));
    bool asks = risk.band == domain::Band::step_up;
    if (asks) {
        bool const is_proven_already
            = co_await is_proven(work, token, presented.fingerprint, facts.now);
        asks = !is_proven_already;
    }
    co_await note_in_row(work, owner, is_shorter, risk, facts.now);
    RefreshTokenId const id(mint_uuid(facts.now, services.random));
    auto text = co_await write_successor(services, work, facts, presented, id, owner.session);
    Successor next{
        std::move(presented.token),
        id,
        std::move(owner),
        std::move(text),
        std::move(risk),
        std::move(device)
    };
    if (next.risk.band == domain::Band::block)
        co_await block(services, work, facts, std::move(next));
    if (asks)
        co_return co_await ask_for_step_up(services, work, facts, std::move(next));
    co_return co_await let_go_on(services, work, facts, std::move(next));
}

Async<Refreshing> require_known(UnitOfWork& work, TokenDigest presented)
{
    auto known = co_await work.directory().refreshing(std::move(presented));
    if (!known)
        throw Refusal{.reason = Reason::invalid_token};
    co_return std::move(*known);
}

// Whose token it is, as it was before the lock.
Async<Refreshing> look_up(Services& services, TokenDigest presented)
{
    auto work = co_await services.storage.read();
    co_return co_await require_known(*work, std::move(presented));
}

// What their history says, read before the unit of work that acts on it (behaviours §8).
Async<std::optional<LookBack>> look_back(
    Services& services, RequestFacts const& facts, Refreshing const& seen, Device const& device
)
{
    bool const rotates = judge_token(seen.token, facts.now) == TokenVerdict::rotate;
    if (!rotates)
        co_return std::nullopt;
    auto presented = domain::presented_by(device, facts);
    co_return co_await domain::look_back(services, seen.owner.user, std::move(presented));
}

} // namespace

Async<Ended> rotate(Services& services, RequestFacts facts, SecretString text, Device device)
{
    auto const digest = digest_of(text);
    auto const seen = co_await look_up(services, digest);
    auto looked = co_await look_back(services, facts, seen, device);
    auto work = co_await services.storage.begin();
    co_await work->refresh_tokens().lock_family(seen.token.family_id);
    co_await work->organizations().hold_for_next(seen.token.organization_id);
    auto known = co_await require_known(*work, digest); // as it is under the locks
    auto& owner = known.owner;
    Presented presented{
        std::move(known.token), std::move(text), fingerprint_of(device.fingerprint, facts)
    };
    switch (judge_token(presented.token, facts.now)) {
    case TokenVerdict::reuse: {
        auto again = co_await retried(services, *work, facts, presented, owner);
        if (again)
            co_return *std::move(again);
        co_await end_family(services, *work, facts, std::move(presented.token), std::move(owner));
        throw Refusal{.reason = Reason::force_logout};
    }
    case TokenVerdict::ended:
        throw Refusal{.reason = Reason::force_logout};
    case TokenVerdict::expired:
        throw Refusal{.reason = Reason::token_expired};
    case TokenVerdict::rotate:
        break;
    }
    if (!looked) // SQL from outside brought it to life in this very moment
        throw std::runtime_error("a refresh token that was dead is live");
    co_return co_await continue_session(
        services,
        *work,
        facts,
        std::move(presented),
        std::move(owner),
        std::move(device),
        std::move(*looked)
    );
}

} // namespace gatehouse::refresh
