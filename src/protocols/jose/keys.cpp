// JSON Web Keys, written and read.
#include "protocols/jose/keys.h"

#include "core/json.h"
#include "core/text.h"
#include "crypto/digest.h"

namespace gatehouse::jose {
namespace {

// The members that make the key: those of the thumbprint (RFC 7638 3.2, RFC 8037 2).
json::Object required_of(crypto::Ed25519PublicKey const& key)
{
    json::Object members;
    members.push_back({"crv", "Ed25519"});
    members.push_back({"kty", "OKP"});
    members.push_back({"x", to_base64url(key.bytes())});
    return members;
}

json::Object required_of(crypto::P256PublicKey const& key)
{
    json::Object members;
    members.push_back({"crv", "P-256"});
    members.push_back({"kty", "EC"});
    members.push_back({"x", to_base64url(key.x())});
    members.push_back({"y", to_base64url(key.y())});
    return members;
}

json::Object required_of(crypto::RsaPublicKey const& key)
{
    json::Object members;
    members.push_back({"e", to_base64url(key.e())});
    members.push_back({"kty", "RSA"});
    members.push_back({"n", to_base64url(key.n())});
    return members;
}

json::Value required_members(VerifyingKey const& key)
{
    return std::visit([](auto const& one) { return json::Value(required_of(one)); }, key);
}

json::Value jwk_of(PublicKey const& key)
{
    auto const required = required_members(key.key);
    json::Object members;
    for (auto const* const name : {"kty", "crv"})
        if (auto const* const found = required.find(name))
            members.push_back({name, *found});
    members.push_back({"kid", key.kid});
    for (auto const* const name : {"x", "y", "n", "e"})
        if (auto const* const found = required.find(name))
            members.push_back({name, *found});
    members.push_back({"alg", to_text(algorithm_of(key.key))});
    members.push_back({"use", "sig"});
    return members;
}

bool says(json::Value const& jwk, std::string_view member, std::string_view expected)
{
    auto const* const found = jwk.find(member);
    return found && found->text() && *found->text() == expected;
}

// The bytes of a member; empty where it is missing, no text, or not base64url.
std::string bytes_in(json::Value const& jwk, std::string_view member)
{
    auto const* const found = jwk.find(member);
    if (!found || !found->text())
        return {};
    return from_base64url(*found->text()).value_or("");
}

template <class Key> std::optional<VerifyingKey> either_way(std::optional<Key> key)
{
    if (!key)
        return std::nullopt;
    return VerifyingKey(std::move(*key));
}

std::optional<VerifyingKey> key_in(json::Value const& jwk)
{
    if (says(jwk, "kty", "OKP") && says(jwk, "crv", "Ed25519")
        && says(jwk, "alg", to_text(Algorithm::eddsa)))
        return either_way(crypto::Ed25519PublicKey::from_bytes(bytes_in(jwk, "x")));
    if (says(jwk, "kty", "EC") && says(jwk, "crv", "P-256")
        && says(jwk, "alg", to_text(Algorithm::es256)))
        return either_way(
            crypto::P256PublicKey::from_coordinates(bytes_in(jwk, "x"), bytes_in(jwk, "y"))
        );
    if (says(jwk, "kty", "RSA") && says(jwk, "alg", to_text(Algorithm::rs256)))
        return either_way(crypto::RsaPublicKey::from_numbers(bytes_in(jwk, "n"), bytes_in(jwk, "e"))
        );
    return std::nullopt;
}

} // namespace

Algorithm algorithm_of(VerifyingKey const& key)
{
    return static_cast<Algorithm>(key.index());
}

bool verify(VerifyingKey const& key, std::string_view message, std::string_view signature)
{
    return std::visit([&](auto const& one) { return one.verify(message, signature); }, key);
}

std::string thumbprint(VerifyingKey const& key)
{
    return to_base64url(crypto::sha256(json::canonical(required_members(key))));
}

std::string to_jwk(PublicKey const& key)
{
    return json::to_text(jwk_of(key));
}

std::optional<PublicKey> parse_jwk(std::string_view text)
{
    auto const jwk = json::parse(text);
    if (!jwk || !says(*jwk, "use", "sig"))
        return std::nullopt;
    auto const* const kid = jwk->find("kid");
    if (!kid || !kid->text() || kid->text()->empty())
        return std::nullopt;
    auto key = key_in(*jwk);
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
