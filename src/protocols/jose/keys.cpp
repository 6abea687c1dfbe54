// JSON Web Keys of Ed25519.
#include "protocols/jose/keys.h"

#include "core/json.h"
#include "core/text.h"
#include "crypto/digest.h"
#include "protocols/jose/claims.h"

namespace gatehouse::jose {
namespace {

json::Value jwk_of(PublicKey const& key)
{
    json::Object members;
    members.push_back({"kty", "OKP"});
    members.push_back({"crv", "Ed25519"});
    members.push_back({"kid", key.kid});
    members.push_back({"x", to_base64url(key.key.bytes())});
    members.push_back({"alg", eddsa});
    members.push_back({"use", "sig"});
    return members;
}

bool says(json::Value const& jwk, std::string_view member, std::string_view expected)
{
    auto const* const found = jwk.find(member);
    return found && found->text() && *found->text() == expected;
}

} // namespace

std::string thumbprint(crypto::Ed25519PublicKey const& key)
{
    json::Object required; // RFC 8037 appendix A.3
    required.push_back({"crv", "Ed25519"});
    required.push_back({"kty", "OKP"});
    required.push_back({"x", to_base64url(key.bytes())});
    return to_base64url(crypto::sha256(json::canonical(std::move(required))));
}

std::string to_jwk(PublicKey const& key)
{
    return json::to_text(jwk_of(key));
}

std::optional<PublicKey> parse_jwk(std::string_view text)
{
    auto const jwk = json::parse(text);
    if (!jwk || !says(*jwk, "kty", "OKP") || !says(*jwk, "crv", "Ed25519")
        || !says(*jwk, "alg", eddsa) || !says(*jwk, "use", "sig"))
        return std::nullopt;
    auto const* const kid = jwk->find("kid");
    auto const* const x = jwk->find("x");
    if (!kid || !kid->text() || kid->text()->empty() || !x || !x->text())
        return std::nullopt;
    auto bytes = from_base64url(*x->text());
    if (!bytes)
        return std::nullopt;
    auto key = crypto::Ed25519PublicKey::from_bytes(std::move(*bytes));
    if (!key)
        return std::nullopt;
    return PublicKey{.kid = *kid->text(), .key = std::move(*key)};
}

std::string to_key_set(std::vector<PublicKey> const& keys)
{
    json::Array all;
    for (auto const& key : keys)
        all.push_back(jwk_of(key));
    json::Object set;
    set.push_back({"keys", std::move(all)});
    return json::to_text(std::move(set));
}

} // namespace gatehouse::jose
