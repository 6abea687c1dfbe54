// Claims: each is there, of its type, and for us (security FO-15, JWT-06 to JWT-08).
#include "support/signed_tokens.h"

#include <limits>

namespace gatehouse::jose {
namespace {

using namespace std::string_literals;

TEST_F(Tokens, kinds_are_not_taken_for_each_other)
{
    auto const access_payload = json::to_text(payload_of(access()));
    auto const session_payload = json::to_text(payload_of(shared()));
    EXPECT_EQ(
        problem_of(eddsa_token(eddsa_header("at+jwt"), session_payload)),
        TokenProblem::invalid_claims
    );
    EXPECT_EQ(
        problem_of(eddsa_token(eddsa_header("JWT"), access_payload)), TokenProblem::invalid_claims
    );
    EXPECT_EQ(problem_of(hs256_token(hs1_header, access_payload)), TokenProblem::invalid_claims);
    EXPECT_EQ(
        problem_of(hs256_token(R"({"alg":"HS256","kid":"hs1","typ":"at+jwt"})", access_payload)),
        TokenProblem::malformed
    );
    for (auto const* const type : {"", "jwt", "AT+JWT", "application/at+jwt", "JWE", "logout+jwt"})
        EXPECT_EQ(
            problem_of(eddsa_token(eddsa_header(type), access_payload)), TokenProblem::malformed
        ) << type;
    EXPECT_EQ(
        problem_of(eddsa_token(R"({"alg":"EdDSA","kid":")" + kid + R"("})", access_payload)),
        TokenProblem::malformed
    );
}

TEST_F(Tokens, each_claim_has_to_be_there)
{
    for (auto const* const name :
         {"iss", "aud", "sub", "email", "role", "organizationId", "sid", "sv", "jti", "iat", "exp"
         }) {
        auto const payload = changed(payload_of(access()), name, std::nullopt);
        EXPECT_EQ(problem_of(eddsa_token(eddsa_header(), payload)), TokenProblem::invalid_claims)
            << name;
    }
    for (auto const* const name :
         {"iss",
          "sub",
          "userId",
          "email",
          "role",
          "organizationId",
          "sid",
          "sv",
          "jti",
          "iat",
          "exp"}) {
        auto const payload = changed(payload_of(shared()), name, std::nullopt);
        EXPECT_EQ(problem_of(hs256_token(hs1_header, payload)), TokenProblem::invalid_claims)
            << name;
    }
    EXPECT_EQ(
        problem_of(hs256_token(hs1_header, R"({"userId":"user-1","exp":1})")),
        TokenProblem::invalid_claims
    );
    EXPECT_EQ(problem_of(hs256_token(hs1_header, "{}")), TokenProblem::invalid_claims);
}

TEST_F(Tokens, each_claim_has_to_be_of_its_type)
{
    json::Value const wrong_texts[]
        = {nullptr, 1, 1.5, true, "", json::Array{"user-1"}, json::Object(), "a\0b"s};
    for (auto const* const name :
         {"iss", "sub", "userId", "email", "role", "organizationId", "sid", "jti"})
        for (auto const& value : wrong_texts)
            EXPECT_EQ(
                problem_of(hs256_token(hs1_header, changed(payload_of(shared()), name, value))),
                TokenProblem::invalid_claims
            ) << name
              << json::to_text(value);
    json::Value const wrong_numbers[]
        = {nullptr,
           "1795332009",
           1795332009.5,
           -1,
           true,
           json::Array{1795332009},
           std::int64_t(253'402'300'800),
           std::numeric_limits<std::int64_t>::max()};
    for (auto const* const name : {"sv", "iat", "exp"})
        for (auto const& value : wrong_numbers)
            EXPECT_EQ(
                problem_of(hs256_token(hs1_header, changed(payload_of(shared()), name, value))),
                TokenProblem::invalid_claims
            ) << name
              << json::to_text(value);
    auto without_end = changed(payload_of(shared()), "exp", std::nullopt);
    without_end.back() = ',';
    EXPECT_EQ(
        problem_of(hs256_token(hs1_header, without_end + R"("exp":1.795332009e9})")),
        TokenProblem::invalid_claims
    );
    for (auto const* const number :
         {"1e400", "9223372036854775808", "18446744073709551616", "-0"}) {
        EXPECT_EQ(
            problem_of(hs256_token(hs1_header, without_end + R"("exp":)" + number + "}")),
            TokenProblem::malformed
        );
    }
}

TEST_F(Tokens, are_for_one_issuer_one_audience_and_a_sane_time)
{
    auto const with = [&](std::string_view name, json::Value value) {
        return eddsa_token(eddsa_header(), changed(payload_of(access()), name, std::move(value)));
    };
    for (auto const& token :
         {with("iss", "https://id.example/"),
          with("iss", "https://evil.example"),
          with("iss", "HTTPS://id.example"),
          with("aud", "https://other.example"),
          with("aud", json::Array{"https://api.example"}),
          with("userId", "user-1"),
          with("iat", std::int64_t(1'795'332'010)),
          with("nbf", std::int64_t(1'795'331'110)),
          with("nbf", "soon")})
        EXPECT_EQ(problem_of(token), TokenProblem::invalid_claims);
    EXPECT_TRUE(with_secret.verify(RawToken(with("nbf", std::int64_t(1'795'331'109))), now));
    EXPECT_TRUE(with_secret.verify(RawToken(with("custom", "ignored")), now));
    auto const other_user
        = hs256_token(hs1_header, changed(payload_of(shared()), "userId", "user-2"));
    EXPECT_EQ(problem_of(other_user), TokenProblem::invalid_claims);
}

} // namespace
} // namespace gatehouse::jose
