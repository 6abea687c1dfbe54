// A ring put together, and claims in the words of tokens.
#include "features/signing_keys/key_ring.h"

#include "crypto/digest.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace gatehouse::signing_keys {
namespace {
using domain::to_text;
using domain::TokenClaims;

std::optional<crypto::HmacKey> hmac_key(std::optional<SecretString> const& secret)
{
    if (!secret)
        return std::nullopt;
    return crypto::HmacKey(*secret);
}

// A kid follows from its key: the names alone say which keys are believed.
std::uint64_t generation_of(std::vector<jose::PublicKey> const& keys)
{
    std::vector<std::string_view> names;
    for (auto const& key : keys)
        names.emplace_back(key.kid);
    std::ranges::sort(names);
    std::string all;
    for (auto const name : names)
        all.append(name).append(1, '\n');
    auto const digest = crypto::sha256_digest(all);
    std::uint64_t generation = 0;
    std::memcpy(&generation, digest.data(), sizeof generation);
    return generation;
}

std::optional<jose::Signer>
signer_of(KeyRingParts const& parts, std::optional<SecretString> const& jwt_secret)
{
    if (!parts.signing)
        return std::nullopt;
    return jose::Signer(parts.signing_kid, parts.signing, hmac_key(jwt_secret));
}

} // namespace

KeyRing::KeyRing(KeyRingParts parts, std::optional<SecretString> const& jwt_secret)
    : parts_(std::move(parts))
    , key_set_(jose::to_key_set(parts_.shown))
    , generation_(generation_of(parts_.shown))
    , verifier_(parts_.public_url, parts_.public_url, parts_.shown, hmac_key(jwt_secret))
    , signer_(signer_of(parts_, jwt_secret))
{
}

SecretString KeyRing::signed_as(jose::Use use, TokenClaims const& claims) const
{
    if (!signer_)
        throw std::runtime_error(
            parts_.problem.empty() ? "no key is in state `signing`" : parts_.problem
        );
    jose::Claims made;
    made.use = use;
    made.issuer = parts_.public_url;
    made.audience = parts_.public_url;
    made.subject = claims.subject.text();
    made.email = claims.email;
    made.role = to_text(claims.role);
    made.organization_id = claims.organization_id.text();
    made.session_id = claims.session_id.text();
    made.session_version = claims.session_version;
    made.token_id = claims.token_id;
    made.issued_at = claims.issued_at;
    made.expires_at = claims.expires_at;
    return signer_->mint(made);
}

SecretString KeyRing::access(TokenClaims const& claims) const
{
    return signed_as(jose::Use::access, claims);
}

SecretString KeyRing::session_bound(TokenClaims const& claims) const
{
    return signed_as(jose::Use::session_bound, claims);
}

} // namespace gatehouse::signing_keys
