// Tokens: ours are accepted as what they are, in one spelling, until their second of expiry.
#include "support/signed_tokens.h"

#include <chrono>

namespace gatehouse::jose {
namespace {

using namespace std::string_literals;

TEST_F(Tokens, what_was_minted_is_read_back)
{
    for (auto const& [token, use] :
         {std::pair(access(), Use::access),
          std::pair(shared(), Use::session_bound),
          std::pair(unshared(), Use::session_bound)}) {
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
    EXPECT_EQ(
        json::to_text(header_of(access())),
        R"({"alg":"EdDSA","kid":")" + kid + R"(","typ":"at+jwt"})"
    );
    EXPECT_EQ(json::to_text(header_of(shared())), hs1_header);
    EXPECT_EQ(
        json::to_text(header_of(unshared())),
        R"({"alg":"EdDSA","kid":")" + kid + R"(","typ":"JWT"})"
    );
    EXPECT_EQ(
        json::to_text(payload_of(access())),
        R"({"iss":"https://id.example","aud":"https://api.example","sub":"user-1","email":"a+b@example.org",)"
        R"("role":"staff","organizationId":"organization-1","sid":"session-1","sv":3,"jti":"jti-1",)"
        R"("iat":1795331109,"exp":1795332009})"
    );
    EXPECT_EQ(
        json::to_text(payload_of(shared())),
        R"({"iss":"https://id.example","sub":"user-1","userId":"user-1","email":"a+b@example.org",)"
        R"("role":"staff","organizationId":"organization-1","sid":"session-1","sv":3,"jti":"jti-1",)"
        R"("iat":1795331109,"exp":1795332009})"
    );
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
    for (auto const& token : {access(), shared(), unshared()})
        for (std::size_t i = 0; i < token.size(); ++i)
            for (char const other : {'A', 'Q', '_', '.', '=', ' '}) {
                if (token[i] == other)
                    continue;
                auto forged = token;
                forged[i] = other;
                EXPECT_FALSE(with_secret.verify(RawToken(forged), now)) << i << other;
            }
}

TEST_F(Tokens, have_one_spelling)
{
    for (auto const& token : {access(), shared()}) {
        auto const second = token.rfind('.');
        for (auto const& odd :
             {token + "=",
              token + "==",
              token + " ",
              " " + token,
              token + "\n",
              token + ".",
              "." + token,
              token + "." + token.substr(second + 1),
              token.substr(0, second),
              token.substr(0, second + 1),
              token.substr(0, token.size() - 1),
              token + "A",
              token + "\0"s,
              token.substr(0, second) + "=" + token.substr(second),
              "Bearer " + token,
              ""s,
              "."s,
              ".."s,
              "..."s,
              "a.b.c"s,
              "{}"s,
              std::string(longest_token + 1, 'a'),
              std::string(1'000'000, '.')})
            EXPECT_FALSE(with_secret.verify(RawToken(odd), now)) << odd.substr(0, 100);
        // Bits of the last character that carry nothing: 64 bytes leave four, 32 leave two.
        auto const last
            = std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
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

TEST_F(Tokens, odd_json_inside_is_malformed)
{
    auto const payload = json::to_text(payload_of(shared()));
    for (auto const& odd :
         {""s,
          "[]"s,
          "1"s,
          "null"s,
          "\"x\""s,
          payload + payload,
          payload + " x",
          "\xef\xbb\xbf" + payload,
          payload.substr(0, payload.size() - 1),
          std::string(100, '[') + std::string(100, ']'),
          payload.substr(0, payload.size() - 1) + R"(,"role":"owner"})"}) {
        EXPECT_EQ(problem_of(hs256_token(hs1_header, odd)), TokenProblem::malformed) << odd;
        EXPECT_EQ(problem_of(hs256_token(odd, payload)), TokenProblem::malformed) << odd;
    }
    EXPECT_EQ(
        problem_of(hs256_token(R"({"alg":"none","alg":"HS256","kid":"hs1","typ":"JWT"})", payload)),
        TokenProblem::malformed
    );
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
