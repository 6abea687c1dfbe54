// Tokens, composed and signed.
#include "protocols/jose/signer.h"

#include "core/json.h"
#include "core/text.h"

namespace gatehouse::jose {
namespace {

std::string header_of(char const* algorithm, std::string_view kid, char const* type)
{
    json::Object header;
    header.push_back({"alg", algorithm});
    header.push_back({"kid", kid});
    header.push_back({"typ", type});
    return json::to_text(std::move(header));
}

std::string payload_of(Claims const& claims)
{
    json::Object payload;
    payload.push_back({"iss", claims.issuer});
    if (claims.use == Use::access)
        payload.push_back({"aud", claims.audience});
    payload.push_back({"sub", claims.subject});
    if (claims.use == Use::session_bound)
        payload.push_back({"userId", claims.subject});
    payload.push_back({"email", claims.email});
    payload.push_back({"role", claims.role});
    payload.push_back({"organizationId", claims.organization_id});
    payload.push_back({"sid", claims.session_id});
    payload.push_back({"sv", claims.session_version});
    payload.push_back({"jti", claims.token_id});
    payload.push_back({"iat", claims.issued_at.seconds()});
    payload.push_back({"exp", claims.expires_at.seconds()});
    return json::to_text(std::move(payload));
}

} // namespace

Signer::Signer(std::string kid, KeyPair key, std::optional<crypto::HmacKey> shared_secret)
    : Signer(
          std::move(kid), std::make_shared<KeyPair const>(std::move(key)), std::move(shared_secret)
      )
{
}

Signer::Signer(
    std::string kid,
    std::shared_ptr<KeyPair const> key,
    std::optional<crypto::HmacKey> shared_secret
)
    : kid_(std::move(kid))
    , key_(std::move(key))
    , shared_secret_(std::move(shared_secret))
{
}

SecretString Signer::mint(Claims const& claims) const
{
    bool const shared = claims.use == Use::session_bound && shared_secret_;
    auto const* const type = claims.use == Use::access ? access_type : session_bound_type;
    auto const header = shared ? header_of(hs256, shared_secret_kid, type)
                               : header_of(to_text(algorithm_of(*key_)), kid_, type);
    auto text = to_base64url(header) + '.' + to_base64url(payload_of(claims));
    auto const signature = shared ? shared_secret_->sign(text) : sign(*key_, text);
    text.append(1, '.').append(to_base64url(signature));
    return SecretString(std::move(text));
}

} // namespace gatehouse::jose
