// Minting and verifying tokens under the keys of the moment.
#include "features/signing_keys/token_service.h"

#include "crypto/digest.h"

#include <utility>

namespace gatehouse::signing_keys {
namespace {
using domain::OrganizationId;
using domain::parse_role;
using domain::Reason;
using domain::Refusal;
using domain::Result;
using domain::SessionId;
using domain::UnitOfWork;
using domain::UserId;
using domain::VerifiedToken;
using jose::TokenProblem;

Result<VerifiedToken> refused(TokenProblem problem)
{
    bool const expired = problem == TokenProblem::expired;
    return std::unexpected(
        Refusal{.reason = expired ? Reason::token_expired : Reason::invalid_token}
    );
}

Result<VerifiedToken> understood(jose::Claims const& claims)
{
    auto const role = parse_role(claims.role);
    if (!role)
        return std::unexpected(Refusal{.reason = Reason::invalid_token});
    domain::TokenClaims read;
    read.subject = UserId(claims.subject);
    read.organization_id = OrganizationId(claims.organization_id);
    read.session_id = SessionId(claims.session_id);
    read.email = claims.email;
    read.role = *role;
    read.session_version = static_cast<int>(claims.session_version);
    read.token_id = claims.token_id;
    if (claims.use == jose::Use::access)
        read.audience = claims.audience;
    read.issued_at = claims.issued_at;
    read.expires_at = claims.expires_at;
    return VerifiedToken(std::move(read));
}

} // namespace

TokenService::TokenService(KeyKeeper& keys, std::size_t cached)
    : keys_(keys)
    , verified_(cached)
{
}

Async<std::shared_ptr<domain::TokenSigner const>> TokenService::signer(UnitOfWork& work) const
{
    auto ring = co_await keys_.signing_in(work);
    co_return ring;
}

// Keys that were read too long ago are for verify(), which waits for them.
std::optional<VerifiedToken>
TokenService::verified_before(std::string_view presented, Instant now) const
{
    if (presented.size() > jose::longest_token)
        return std::nullopt;
    auto const ring = keys_.known();
    if (!ring)
        return std::nullopt;
    return verified_.find(crypto::sha256_digest(presented), ring->generation(), now);
}

Async<Result<VerifiedToken>>
TokenService::verify(std::string_view presented, Instant now, UnitOfWork* held) const
{
    if (presented.size() > jose::longest_token)
        co_return refused(TokenProblem::malformed);
    auto ring = co_await keys_.fresh(held);
    auto const digest = crypto::sha256_digest(presented);
    if (auto known = verified_.find(digest, ring->generation(), now))
        co_return std::move(*known);
    jose::RawToken const token{std::string(presented)};
    auto claims = ring->verifier().verify(token, now);
    if (!claims && claims.error() == TokenProblem::unknown_key) {
        auto const newer = co_await keys_.after_unknown_key(ring, held);
        if (newer->generation() != ring->generation()) {
            ring = newer;
            claims = ring->verifier().verify(token, now);
        }
    }
    if (!claims)
        co_return refused(claims.error());
    auto verified = understood(*claims);
    if (verified && now > Instant()) // asked without a time, it may have run out
        verified_.keep(digest, ring->generation(), *verified);
    co_return verified;
}

Async<std::string> TokenService::key_set() const
{
    auto const ring = co_await keys_.fresh(nullptr);
    co_return ring->key_set();
}

} // namespace gatehouse::signing_keys
