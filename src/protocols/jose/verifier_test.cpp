// Tokens: ours are accepted as what they are, and nothing else is (security JWT-01 to JWT-18, FO-15).
#include "protocols/jose/verifier.h"

#include "core/json.h"
#include "core/text.h"
#include "protocols/jose/signer.h"

#include <gtest/gtest.h>

#include <chrono>

namespace gatehouse::jose {
namespace {

using namespace std::string_literals;

Instant const now = Instant::from_seconds(1'795'331'109);
std::string const secret = "a secret of thirty-two bytes....";

Claims claims_of(Use use)
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

crypto::Ed25519KeyPair pair_of(char byte)
{
    return std::move(*crypto::Ed25519KeyPair::from_seed(SecretString(std::string(32, byte))));
}

std::string name_of(crypto::Ed25519KeyPair const& pair) { return thumbprint(pair.public_key()); }

class Tokens : public testing::Test {
protected:
    crypto::Ed25519KeyPair ours = pair_of('o');
    std::string kid = name_of(ours);
    std::vector<PublicKey> keys { { kid, ours.public_key() } };
    Verifier with_secret { "https://id.example", "https://api.example", keys, crypto::HmacKey(secret) };
    Verifier without_secret { "https://id.example", "https://api.example", keys, std::nullopt };
    Signer signer { kid, pair_of('o'), crypto::HmacKey(secret) };
    Signer signer_without_secret { kid, pair_of('o'), std::nullopt };

    std::string access() const { return std::string(signer.mint(claims_of(Use::access)).reveal()); }
    std::string shared() const { return std::string(signer.mint(claims_of(Use::session_bound)).reveal()); }
    std::string unshared() const
    {
        return std::string(signer_without_secret.mint(claims_of(Use::session_bound)).reveal());
    }

    std::string hs256_token(std::string_view header, std::string_view payload, std::string_view key = secret) const
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

json::Value payload_of(std::string const& token)
{
    auto const first = token.find('.');
    auto const second = token.find('.', first + 1);
    return *json::parse(*from_base64url(token.substr(first + 1, second - first - 1)));
}

json::Value header_of(std::string const& token)
{
    return *json::parse(*from_base64url(token.substr(0, token.find('.'))));
}

// The payload with one member replaced or, without a value, left out.
std::string changed(json::Value const& payload, std::string_view name, std::optional<json::Value> value)
{
    json::Object members;
    for (auto const& member : *payload.object())
        if (member.name != name)
            members.push_back(member);
    if (value)
        members.push_back({ std::string(name), *value });
    return json::to_text(std::move(members));
}

std::string const hs1_header = R"({"alg":"HS256","kid":"hs1","typ":"JWT"})";

TEST_F(Tokens, what_was_minted_is_read_back)
{
    for (auto const& [token, use] : { std::pair(access(), Use::access), std::pair(shared(), Use::session_bound),
             std::pair(unshared(), Use::session_bound) }) {
        auto const verified = with_secret.verify(RawToken(token), now);
        ASSERT_TRUE(verified) << token;
        auto const expected = claims_of(use);
        EXPECT_EQ(verified->use, use);
        EXPECT_EQ(verified->issuer, expected.issuer);
        EXPECT_EQ(verified->audience, expected.audience);
        EXPECT_EQ(verified->subject, expected.subject);
        EXPECT_EQ(verified->email, expected.email);
        EXPECT_EQ(verified->role, expected.role);
        EXPECT_EQ(verified->organization_id, expected.organization_id);
        EXPECT_EQ(verified->session_id, expected.session_id);
        EXPECT_EQ(verified->session_version, expected.session_version);
        EXPECT_EQ(verified->token_id, expected.token_id);
        EXPECT_EQ(verified->issued_at, expected.issued_at);
        EXPECT_EQ(verified->expires_at, expected.expires_at);
    }
}

TEST_F(Tokens, have_the_headers_and_members_of_the_interface)
{
    EXPECT_EQ(json::to_text(header_of(access())), R"({"alg":"EdDSA","kid":")" + kid + R"(","typ":"at+jwt"})");
    EXPECT_EQ(json::to_text(header_of(shared())), hs1_header);
    EXPECT_EQ(json::to_text(header_of(unshared())), R"({"alg":"EdDSA","kid":")" + kid + R"(","typ":"JWT"})");
    EXPECT_EQ(json::to_text(payload_of(access())),
        R"({"iss":"https://id.example","aud":"https://api.example","sub":"user-1","email":"a+b@example.org",)"
        R"("role":"staff","organizationId":"organization-1","sid":"session-1","sv":3,"jti":"jti-1",)"
        R"("iat":1795331109,"exp":1795332009})");
    EXPECT_EQ(json::to_text(payload_of(shared())),
        R"({"iss":"https://id.example","sub":"user-1","userId":"user-1","email":"a+b@example.org",)"
        R"("role":"staff","organizationId":"organization-1","sid":"session-1","sv":3,"jti":"jti-1",)"
        R"("iat":1795331109,"exp":1795332009})");
}

TEST_F(Tokens, a_day_is_86400_seconds_whatever_the_milliseconds)
{
    auto claims = claims_of(Use::session_bound);
    claims.issued_at = now + 999ms;
    claims.expires_at = claims.issued_at + 86'400s;
    auto const payload = payload_of(std::string(signer.mint(claims).reveal()));
    EXPECT_EQ(*payload.find("exp")->integer() - *payload.find("iat")->integer(), 86'400);
}

TEST_F(Tokens, expire_at_the_second_and_only_with_a_good_signature)
{
    auto const token = shared();
    EXPECT_TRUE(with_secret.verify(RawToken(token), now + 900s - 1ms));
    EXPECT_EQ(problem_of(token, now + 900s), TokenProblem::expired);
    auto forged = token;
    forged.back() = forged.back() == 'A' ? 'E' : 'A';
    EXPECT_NE(problem_of(forged, now + 900s), TokenProblem::expired);
}

TEST_F(Tokens, every_changed_character_is_noticed)
{
    for (auto const& token : { access(), shared(), unshared() })
        for (std::size_t i = 0; i < token.size(); ++i)
            for (char const other : { 'A', 'Q', '_', '.', '=', ' ' }) {
                if (token[i] == other)
                    continue;
                auto forged = token;
                forged[i] = other;
                EXPECT_FALSE(with_secret.verify(RawToken(forged), now)) << i << other;
            }
}

TEST_F(Tokens, have_one_spelling)
{
    for (auto const& token : { access(), shared() }) {
        auto const second = token.rfind('.');
        for (auto const& odd : { token + "=", token + "==", token + " ", " " + token, token + "\n", token + ".",
                 "." + token, token + "." + token.substr(second + 1), token.substr(0, second),
                 token.substr(0, second + 1), token.substr(0, token.size() - 1), token + "A", token + "\0"s,
                 token.substr(0, second) + "=" + token.substr(second), "Bearer " + token, ""s, "."s, ".."s, "..."s,
                 "a.b.c"s, "{}"s, std::string(longest_token + 1, 'a'), std::string(1'000'000, '.') })
            EXPECT_FALSE(with_secret.verify(RawToken(odd), now)) << odd.substr(0, 100);
        // Bits of the last character that carry nothing: 64 bytes leave four, 32 leave two.
        auto const last = std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
        auto respelled = token;
        respelled.back() = last[last.find(token.back()) ^ 1];
        EXPECT_EQ(problem_of(respelled), TokenProblem::malformed);
    }
    auto standard_alphabet = access();
    for (auto& c : standard_alphabet)
        c = c == '-' ? '+' : c == '_' ? '/' : c;
    if (standard_alphabet != access()) {
        EXPECT_FALSE(with_secret.verify(RawToken(standard_alphabet), now));
    }
}

TEST_F(Tokens, none_is_no_algorithm)
{
    auto const payload = json::to_text(payload_of(shared()));
    for (auto const* const algorithm : { R"("none")", R"("None")", R"("nOnE")", R"("NONE")", R"("")", "null",
             R"(["none"])", R"(["HS256"])", "{}", "0", "true", R"("hs256")", R"("HS256 ")", R"("HS384")", R"("HS512")",
             R"("ES256")", R"("RS256")", R"("PS256")", R"("Ed25519")", R"("eddsa")", R"("dir")", R"("PBES2-HS256+A128KW")" })
        for (auto const& name : { kid, "hs1"s }) {
            auto const header = R"({"alg":)"s + algorithm + R"(,"kid":")" + name + R"(","typ":"JWT"})";
            auto const text = to_base64url(header) + "." + to_base64url(payload);
            EXPECT_FALSE(with_secret.verify(RawToken(text + "."), now)) << header;
            EXPECT_FALSE(with_secret.verify(RawToken(hs256_token(header, payload)), now)) << header;
            EXPECT_FALSE(with_secret.verify(RawToken(eddsa_token(header, payload)), now)) << header;
        }
    auto const no_algorithm = R"({"kid":"hs1","typ":"JWT"})";
    EXPECT_EQ(problem_of(hs256_token(no_algorithm, payload)), TokenProblem::unknown_key);
}

TEST_F(Tokens, the_public_key_is_no_shared_secret)
{
    auto const payload = json::to_text(payload_of(shared()));
    auto const raw = ours.public_key().bytes();
    auto const spki = *from_hex("302a300506032b6570032100") + raw;
    auto const pem = "-----BEGIN PUBLIC KEY-----\n" + to_base64(spki) + "\n-----END PUBLIC KEY-----\n";
    for (auto const& key : { raw, spki, pem, pem.substr(0, pem.size() - 1), to_base64url(raw), to_base64(raw),
             to_jwk(keys[0]), to_key_set(keys), kid, ""s, "hs1"s })
        for (auto const& name : { kid, "hs1"s })
            for (auto const* const type : { "JWT", "at+jwt" }) {
                auto const header = R"({"alg":"HS256","kid":")" + name + R"(","typ":")" + type + R"("})";
                EXPECT_FALSE(with_secret.verify(RawToken(hs256_token(header, payload, key)), now)) << header;
                EXPECT_FALSE(without_secret.verify(RawToken(hs256_token(header, payload, key)), now)) << header;
            }
    // And the right secret under the other key's name, or a signature under the secret's name.
    EXPECT_EQ(problem_of(hs256_token(R"({"alg":"HS256","kid":")" + kid + R"(","typ":"JWT"})", payload)),
        TokenProblem::unknown_key);
    EXPECT_EQ(problem_of(eddsa_token(R"({"alg":"EdDSA","kid":"hs1","typ":"JWT"})", payload)),
        TokenProblem::unknown_key);
}

TEST_F(Tokens, without_a_secret_no_shared_token_is_good)
{
    EXPECT_EQ(without_secret.verify(RawToken(shared()), now).error(), TokenProblem::unknown_key);
    EXPECT_TRUE(without_secret.verify(RawToken(unshared()), now));
    auto const payload = json::to_text(payload_of(shared()));
    EXPECT_FALSE(without_secret.verify(RawToken(hs256_token(hs1_header, payload, "")), now));
}

TEST_F(Tokens, a_key_in_the_header_is_not_looked_at)
{
    auto const stranger = pair_of('s');
    auto const payload = json::to_text(payload_of(access()));
    auto const jwk = to_jwk({ "own", stranger.public_key() });
    for (auto const& extra : { R"("jwk":)" + jwk, R"("jku":"http://127.0.0.1:9/keys")"s, R"("x5u":"http://127.0.0.1:9/")"s,
             R"("x5c":["AAAA"])"s, R"("x5t":"AAAA")"s, R"("crit":["exp"])"s, R"("crit":[])"s, R"("b64":false)"s,
             R"("cty":"JWT")"s, R"("zip":"DEF")"s, R"("enc":"A256GCM")"s, R"("p2c":2147483647)"s, R"("anything":1)"s }) {
        auto const header = R"({"alg":"EdDSA","kid":")" + kid + R"(","typ":"at+jwt",)" + extra + "}";
        EXPECT_EQ(problem_of(eddsa_token(header, payload)), TokenProblem::malformed) << header;
        auto const text = to_base64url(header) + "." + to_base64url(payload);
        EXPECT_FALSE(with_secret.verify(RawToken(text + "." + to_base64url(stranger.sign(text))), now));
    }
}

TEST_F(Tokens, a_stranger_or_removed_key_is_unknown)
{
    Signer const stranger(name_of(pair_of('s')), pair_of('s'), std::nullopt);
    EXPECT_EQ(problem_of(std::string(stranger.mint(claims_of(Use::access)).reveal())), TokenProblem::unknown_key);
    Signer const impostor(kid, pair_of('s'), std::nullopt);
    EXPECT_EQ(problem_of(std::string(impostor.mint(claims_of(Use::access)).reveal())), TokenProblem::bad_signature);
    Signer const other_secret(kid, pair_of('o'), crypto::HmacKey("another secret of thirty-two byte"));
    EXPECT_EQ(problem_of(std::string(other_secret.mint(claims_of(Use::session_bound)).reveal())),
        TokenProblem::bad_signature);
    Verifier const after_removal("https://id.example", "https://api.example", {}, std::nullopt);
    EXPECT_EQ(after_removal.verify(RawToken(access()), now).error(), TokenProblem::unknown_key);
    auto const payload = json::to_text(payload_of(access()));
    for (auto const* const header : { R"({"alg":"EdDSA","typ":"at+jwt"})", R"({"alg":"EdDSA","kid":"","typ":"at+jwt"})" })
        EXPECT_EQ(problem_of(eddsa_token(header, payload)), TokenProblem::unknown_key);
}

TEST_F(Tokens, kinds_are_not_taken_for_each_other)
{
    auto const access_payload = json::to_text(payload_of(access()));
    auto const session_payload = json::to_text(payload_of(shared()));
    EXPECT_EQ(problem_of(eddsa_token(eddsa_header("at+jwt"), session_payload)), TokenProblem::invalid_claims);
    EXPECT_EQ(problem_of(eddsa_token(eddsa_header("JWT"), access_payload)), TokenProblem::invalid_claims);
    EXPECT_EQ(problem_of(hs256_token(hs1_header, access_payload)), TokenProblem::invalid_claims);
    EXPECT_EQ(problem_of(hs256_token(R"({"alg":"HS256","kid":"hs1","typ":"at+jwt"})", access_payload)),
        TokenProblem::malformed);
    for (auto const* const type : { "", "jwt", "AT+JWT", "application/at+jwt", "JWE", "logout+jwt" })
        EXPECT_EQ(problem_of(eddsa_token(eddsa_header(type), access_payload)), TokenProblem::malformed) << type;
    EXPECT_EQ(problem_of(eddsa_token(R"({"alg":"EdDSA","kid":")" + kid + R"("})", access_payload)),
        TokenProblem::malformed);
}

TEST_F(Tokens, each_claim_has_to_be_there)
{
    for (auto const* const name : { "iss", "aud", "sub", "email", "role", "organizationId", "sid", "sv", "jti", "iat", "exp" }) {
        auto const payload = changed(payload_of(access()), name, std::nullopt);
        EXPECT_EQ(problem_of(eddsa_token(eddsa_header(), payload)), TokenProblem::invalid_claims) << name;
    }
    for (auto const* const name :
        { "iss", "sub", "userId", "email", "role", "organizationId", "sid", "sv", "jti", "iat", "exp" }) {
        auto const payload = changed(payload_of(shared()), name, std::nullopt);
        EXPECT_EQ(problem_of(hs256_token(hs1_header, payload)), TokenProblem::invalid_claims) << name;
    }
    EXPECT_EQ(problem_of(hs256_token(hs1_header, R"({"userId":"user-1","exp":1})")), TokenProblem::invalid_claims);
    EXPECT_EQ(problem_of(hs256_token(hs1_header, "{}")), TokenProblem::invalid_claims);
}

TEST_F(Tokens, each_claim_has_to_be_of_its_type)
{
    json::Value const wrong_texts[] = { nullptr, 1, 1.5, true, "", json::Array { "user-1" }, json::Object(), "a\0b"s };
    for (auto const* const name :
        { "iss", "sub", "userId", "email", "role", "organizationId", "sid", "jti" })
        for (auto const& value : wrong_texts)
            EXPECT_EQ(problem_of(hs256_token(hs1_header, changed(payload_of(shared()), name, value))),
                TokenProblem::invalid_claims)
                << name << json::to_text(value);
    json::Value const wrong_numbers[] = { nullptr, "1795332009", 1795332009.5, -1, true,
        json::Array { 1795332009 }, std::int64_t(253'402'300'800), std::numeric_limits<std::int64_t>::max() };
    for (auto const* const name : { "sv", "iat", "exp" })
        for (auto const& value : wrong_numbers)
            EXPECT_EQ(problem_of(hs256_token(hs1_header, changed(payload_of(shared()), name, value))),
                TokenProblem::invalid_claims)
                << name << json::to_text(value);
    auto without_end = changed(payload_of(shared()), "exp", std::nullopt);
    without_end.back() = ',';
    EXPECT_EQ(problem_of(hs256_token(hs1_header, without_end + R"("exp":1.795332009e9})")),
        TokenProblem::invalid_claims);
    for (auto const* const number : { "1e400", "9223372036854775808", "18446744073709551616", "-0" }) {
        EXPECT_EQ(problem_of(hs256_token(hs1_header, without_end + R"("exp":)" + number + "}")),
            TokenProblem::malformed);
    }
}

TEST_F(Tokens, are_for_one_issuer_one_audience_and_a_sane_time)
{
    auto const with = [&](std::string_view name, json::Value value) {
        return eddsa_token(eddsa_header(), changed(payload_of(access()), name, std::move(value)));
    };
    for (auto const& token : { with("iss", "https://id.example/"), with("iss", "https://evil.example"),
             with("iss", "HTTPS://id.example"), with("aud", "https://other.example"),
             with("aud", json::Array { "https://api.example" }), with("userId", "user-1"),
             with("iat", std::int64_t(1'795'332'010)), with("nbf", std::int64_t(1'795'331'110)), with("nbf", "soon") })
        EXPECT_EQ(problem_of(token), TokenProblem::invalid_claims);
    EXPECT_TRUE(with_secret.verify(RawToken(with("nbf", std::int64_t(1'795'331'109))), now));
    EXPECT_TRUE(with_secret.verify(RawToken(with("custom", "ignored")), now));
    auto const other_user = hs256_token(hs1_header, changed(payload_of(shared()), "userId", "user-2"));
    EXPECT_EQ(problem_of(other_user), TokenProblem::invalid_claims);
}

TEST_F(Tokens, odd_json_inside_is_malformed)
{
    auto const payload = json::to_text(payload_of(shared()));
    for (auto const& odd : { ""s, "[]"s, "1"s, "null"s, "\"x\""s, payload + payload, payload + " x", "\xef\xbb\xbf" + payload,
             payload.substr(0, payload.size() - 1), std::string(100, '[') + std::string(100, ']'),
             payload.substr(0, payload.size() - 1) + R"(,"role":"owner"})" }) {
        EXPECT_EQ(problem_of(hs256_token(hs1_header, odd)), TokenProblem::malformed) << odd;
        EXPECT_EQ(problem_of(hs256_token(odd, payload)), TokenProblem::malformed) << odd;
    }
    EXPECT_EQ(problem_of(hs256_token(R"({"alg":"none","alg":"HS256","kid":"hs1","typ":"JWT"})", payload)),
        TokenProblem::malformed);
}

TEST_F(Tokens, other_serialisations_and_encryption_are_malformed)
{
    auto const token = shared();
    EXPECT_EQ(problem_of(R"({"payload":"e30","signatures":[]})"), TokenProblem::malformed);
    EXPECT_EQ(problem_of(token + ".AAAA.AAAA"), TokenProblem::malformed);
    auto const header = to_base64url(R"({"alg":"dir","enc":"A256GCM"})");
    EXPECT_EQ(problem_of(header + "..AAAA.AAAA.AAAA"), TokenProblem::malformed);
}

TEST_F(Tokens, hostile_sizes_are_refused_quickly)
{
    auto const before = std::chrono::steady_clock::now();
    EXPECT_EQ(problem_of(std::string(10'000'000, '.')), TokenProblem::malformed);
    EXPECT_EQ(problem_of(std::string(10'000'000, 'A')), TokenProblem::malformed);
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(1));
    auto large = claims_of(Use::access);
    large.email = std::string(7'000, 'a');
    EXPECT_EQ(problem_of(std::string(signer.mint(large).reveal())), TokenProblem::malformed);
}

} // namespace
} // namespace gatehouse::jose
