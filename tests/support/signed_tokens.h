// Keys, signers and verifiers for the tests of tokens, and tokens that only a forger would make.
#pragma once

#include "core/json.h"
#include "core/text.h"
#include "protocols/jose/signer.h"
#include "protocols/jose/verifier.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace gatehouse::jose {

inline Instant const now = Instant::from_seconds(1'795'331'109);
inline std::string const secret = "a secret of thirty-two bytes....";

inline Claims claims_of(Use use)
{
    Claims claims;
    claims.use = use;
    claims.issuer = "https://id.example";
    claims.audience = use == Use::access ? "https://api.example" : "";
    claims.subject = "user-1";
    claims.email = "a+b@example.org";
    claims.role = "staff";
    claims.organization_id = "organization-1";
    claims.session_id = "session-1";
    claims.session_version = 3;
    claims.token_id = "jti-1";
    claims.issued_at = now;
    claims.expires_at = now + 900s;
    return claims;
}

inline crypto::Ed25519KeyPair pair_of(char byte)
{
    return std::move(*crypto::Ed25519KeyPair::from_seed(SecretString(std::string(32, byte))));
}

inline std::string name_of(crypto::Ed25519KeyPair const& pair)
{
    return thumbprint(pair.public_key());
}

class Tokens : public ::testing::Test {
protected:
    crypto::Ed25519KeyPair ours = pair_of('o');
    std::string kid = name_of(ours);
    std::vector<PublicKey> keys{PublicKey{kid, ours.public_key()}};
    Verifier with_secret{
        "https://id.example", "https://api.example", keys, crypto::HmacKey(secret)
    };
    Verifier without_secret{"https://id.example", "https://api.example", keys, std::nullopt};
    Signer signer{kid, pair_of('o'), crypto::HmacKey(secret)};
    Signer signer_without_secret{kid, pair_of('o'), std::nullopt};

    std::string access() const { return std::string(signer.mint(claims_of(Use::access)).reveal()); }
    std::string shared() const
    {
        return std::string(signer.mint(claims_of(Use::session_bound)).reveal());
    }
    std::string unshared() const
    {
        return std::string(signer_without_secret.mint(claims_of(Use::session_bound)).reveal());
    }

    std::string hs256_token(
        std::string_view header, std::string_view payload, std::string_view key = secret
    ) const
    {
        auto const text = to_base64url(header) + "." + to_base64url(payload);
        return text + "." + to_base64url(crypto::hmac_sha256(key, text));
    }
    std::string eddsa_token(std::string_view header, std::string_view payload) const
    {
        auto const text = to_base64url(header) + "." + to_base64url(payload);
        return text + "." + to_base64url(ours.sign(text));
    }
    std::string eddsa_header(std::string_view type = "at+jwt") const
    {
        return R"({"alg":"EdDSA","kid":")" + kid + R"(","typ":")" + std::string(type) + R"("})";
    }

    TokenProblem problem_of(std::string const& token, Instant at = now) const
    {
        auto const verified = with_secret.verify(RawToken(token), at);
        EXPECT_FALSE(verified) << token;
        return verified ? TokenProblem::malformed : verified.error();
    }
};

inline json::Value payload_of(std::string const& token)
{
    auto const first = token.find('.');
    auto const second = token.find('.', first + 1);
    return *json::parse(*from_base64url(token.substr(first + 1, second - first - 1)));
}

inline json::Value header_of(std::string const& token)
{
    return *json::parse(*from_base64url(token.substr(0, token.find('.'))));
}

// The payload with one member replaced or, without a value, left out.
inline std::string
changed(json::Value const& payload, std::string_view name, std::optional<json::Value> value)
{
    json::Object members;
    for (auto const& member : *payload.object())
        if (member.name != name)
            members.push_back(member);
    if (value)
        members.push_back({std::string(name), *value});
    return json::to_text(std::move(members));
}

inline std::string const hs1_header = R"({"alg":"HS256","kid":"hs1","typ":"JWT"})";

} // namespace gatehouse::jose
