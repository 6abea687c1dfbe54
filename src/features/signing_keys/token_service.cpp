// Minting and verifying tokens.
#include "features/signing_keys/token_service.h"

namespace gatehouse::signing_keys {
namespace {
using domain::OrganizationId;
using domain::parse_role;
using domain::Reason;
using domain::Refusal;
using domain::Result;
using domain::SessionId;
using domain::to_text;
using domain::TokenClaims;
using domain::UserId;
using domain::VerifiedToken;

std::optional<crypto::HmacKey> hmac_key(std::optional<SecretString> const& secret)
{
    if (!secret)
        return std::nullopt;
    return crypto::HmacKey(*secret);
}

Result<VerifiedToken> understood(jose::Claims const& claims)
{
    auto const role = parse_role(claims.role);
    if (!role)
        return std::unexpected(Refusal{.reason = Reason::invalid_token});
    VerifiedToken verified;
    verified.claims.subject = UserId(claims.subject);
    verified.claims.organization_id = OrganizationId(claims.organization_id);
    verified.claims.session_id = SessionId(claims.session_id);
    verified.claims.email = claims.email;
    verified.claims.role = *role;
    verified.claims.session_version = static_cast<int>(claims.session_version);
    verified.claims.token_id = claims.token_id;
    if (claims.use == jose::Use::access)
        verified.claims.audience = claims.audience;
    verified.claims.issued_at = claims.issued_at;
    verified.claims.expires_at = claims.expires_at;
    return verified;
}

} // namespace

TokenService::TokenService(
    std::string public_url,
    KeyRing ring,
    std::optional<SecretString> const& jwt_secret,
    std::size_t cached
)
    : public_url_(std::move(public_url))
    , key_set_(jose::to_key_set(ring.published))
    , verifier_(public_url_, public_url_, ring.published, hmac_key(jwt_secret))
    , signer_(ring.signing_kid, std::move(ring.signing), hmac_key(jwt_secret))
    , verified_(cached)
{
}

jose::Claims TokenService::claims_of(TokenClaims const& claims, jose::Use use) const
{
    jose::Claims made;
    made.use = use;
    made.issuer = public_url_;
    made.audience = public_url_;
    made.subject = claims.subject.text();
    made.email = claims.email;
    made.role = to_text(claims.role);
    made.organization_id = claims.organization_id.text();
    made.session_id = claims.session_id.text();
    made.session_version = claims.session_version;
    made.token_id = claims.token_id;
    made.issued_at = claims.issued_at;
    made.expires_at = claims.expires_at;
    return made;
}

SecretString TokenService::mint_access(TokenClaims const& claims) const
{
    return signer_.mint(claims_of(claims, jose::Use::access));
}

SecretString TokenService::mint_long(TokenClaims const& claims) const
{
    return signer_.mint(claims_of(claims, jose::Use::session_bound));
}

Result<VerifiedToken> TokenService::verify(std::string const& presented, Instant now) const
{
    constexpr std::uint64_t generation = 0;
    if (presented.size() > jose::longest_token)
        return std::unexpected(Refusal{.reason = Reason::invalid_token});
    auto const digest = crypto::sha256_digest(presented);
    if (auto known = verified_.find(digest, generation, now))
        return std::move(*known);
    auto const claims = verifier_.verify(jose::RawToken(presented), now);
    if (!claims) {
        bool const expired = claims.error() == jose::TokenProblem::expired;
        return std::unexpected(
            Refusal{.reason = expired ? Reason::token_expired : Reason::invalid_token}
        );
    }
    auto verified = understood(*claims);
    if (verified && now > Instant()) // asked without a time, it may have run out
        verified_.keep(digest, generation, *verified);
    return verified;
}

Result<VerifiedToken> TokenService::verify_without_expiry_check(std::string const& presented) const
{
    return verify(presented, Instant()); // at the epoch no token of ours has run out yet
}

} // namespace gatehouse::signing_keys
