// The rows and tokens of a new session.
#include "domain/opening_session.h"

#include "core/uuid.h"
#include "crypto/digest.h"
#include "domain/entering.h"
#include "domain/opaque_token.h"
#include "domain/refresh_tokens.h"
#include "domain/security_rules.h"
#include "domain/session_life.h"

#include <algorithm>

namespace gatehouse::domain {
namespace {

TokenClaims claims_of(Session const& session, User const& user, Instant now, std::string token_id)
{
    TokenClaims claims;
    claims.subject = user.id;
    claims.organization_id = user.organization_id;
    claims.session_id = session.id;
    claims.email = user.email;
    claims.role = user.role;
    claims.session_version = session.session_version;
    claims.token_id = std::move(token_id);
    claims.issued_at = now;
    return claims;
}

Session new_session(
    Services& services,
    RequestFacts const& facts,
    User const& user,
    Device device,
    std::vector<std::string> methods,
    bool remember_me,
    SessionRisk risk
)
{
    Session session;
    session.id = SessionId(mint_uuid(facts.now, services.random));
    session.organization_id = user.organization_id;
    session.user_id = user.id;
    session.session_version = user.session_version;
    session.surface = facts.surface;
    session.ip_address = facts.client_address;
    session.user_agent = facts.user_agent;
    session.device_fingerprint = fingerprint_of(device.fingerprint, facts);
    session.device_id = std::move(device.id);
    session.device_name = std::move(device.name);
    session.country = std::move(device.country);
    session.city = std::move(device.city);
    session.auth_methods = std::move(methods);
    session.risk_score = risk.score;
    session.degraded = risk.degraded;
    session.remember_me = remember_me;
    session.created_at = facts.now;
    session.last_seen_at = facts.now;
    session.absolute_expires_at = facts.now + session_absolute_life;
    session.expires_at = remember_me ? session.absolute_expires_at : facts.now + session_idle_life;
    return session;
}

} // namespace

std::string fingerprint_of(std::optional<std::string> const& sent, RequestFacts const& facts)
{
    if (sent && !sent->empty())
        return *sent;
    return crypto::sha256_hex(facts.user_agent.value_or(""));
}

Async<MintedTokens> mint_tokens(
    Services& services, UnitOfWork& work, Session const& session, User const& user, Instant now
)
{
    auto const signer = co_await services.tokens.signer(work);
    auto const minted = [&](Duration life) {
        auto claims = claims_of(session, user, now, mint_uuid(now, services.random));
        claims.expires_at = std::min(now + life, session.absolute_expires_at);
        return claims;
    };
    auto const long_life = session.remember_me ? remembered_token_life : token_life;
    auto const long_claims = minted(long_life);
    co_return MintedTokens{
        .access_token = signer->access(minted(access_token_life)),
        .token = signer->session_bound(long_claims),
        .token_life = long_claims.expires_at - now
    };
}

Async<SessionTokens> open_session(
    Services& services,
    UnitOfWork& work,
    RequestFacts const& facts,
    User const& user,
    Device device,
    std::vector<std::string> methods,
    bool remember_me,
    SessionRisk risk
)
{
    auto const rules = co_await work.security_rules().of(user.organization_id);
    co_await require_may_enter(work, facts, user, *rules);
    auto session = new_session(
        services, facts, user, std::move(device), std::move(methods), remember_me, risk
    );
    limit_life(session, rules->policy, facts.now);
    // Before those go that are beyond the configured number.
    auto const seen = co_await work.sessions().seen(
        user.organization_id, user.id, session.device_fingerprint.value_or("")
    );
    co_await work.sessions().insert(session);

    auto opaque = mint_opaque_token(services.random);
    RefreshToken first;
    first.id = RefreshTokenId(mint_uuid(facts.now, services.random));
    first.organization_id = user.organization_id;
    first.user_id = user.id;
    first.session_id = session.id;
    first.digest = opaque.digest;
    first.family_id = first.id;
    first.device_fingerprint = session.device_fingerprint;
    first.issued_at = facts.now;
    first.expires_at = session.absolute_expires_at;
    co_await work.refresh_tokens().insert(first);

    if (auto const most = services.settings.max_active_sessions_per_user; most > 0)
        co_await work.sessions().purge_beyond(user.organization_id, user.id, most);

    auto minted = co_await mint_tokens(services, work, session, user, facts.now);
    co_return SessionTokens{
        .access_token = std::move(minted.access_token),
        .token = std::move(minted.token),
        .refresh_token = std::move(opaque.text),
        .session_id = session.id.text(),
        .token_life = minted.token_life,
        .session = session,
        .from_new_device = seen.anywhere && !seen.device
    };
}

} // namespace gatehouse::domain
