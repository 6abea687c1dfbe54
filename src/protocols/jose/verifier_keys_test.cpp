// Tokens under wrong keys and algorithms: confusion, strangers, keys that the token brings along.
#include "support/signed_tokens.h"

namespace gatehouse::jose {
namespace {

using namespace std::string_literals;

TEST_F(Tokens, none_is_no_algorithm)
{
    auto const payload = json::to_text(payload_of(shared()));
    for (auto const* const algorithm : {R"("none")",    R"("None")",
                                        R"("nOnE")",    R"("NONE")",
                                        R"("")",        "null",
                                        R"(["none"])",  R"(["HS256"])",
                                        "{}",           "0",
                                        "true",         R"("hs256")",
                                        R"("HS256 ")",  R"("HS384")",
                                        R"("HS512")",   R"("ES256")",
                                        R"("RS256")",   R"("PS256")",
                                        R"("Ed25519")", R"("eddsa")",
                                        R"("dir")",     R"("PBES2-HS256+A128KW")"})
        for (auto const& name : {kid, "hs1"s}) {
            auto const header
                = R"({"alg":)"s + algorithm + R"(,"kid":")" + name + R"(","typ":"JWT"})";
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
    auto const pem
        = "-----BEGIN PUBLIC KEY-----\n" + to_base64(spki) + "\n-----END PUBLIC KEY-----\n";
    for (auto const& key :
         {raw,
          spki,
          pem,
          pem.substr(0, pem.size() - 1),
          to_base64url(raw),
          to_base64(raw),
          to_jwk(keys[0]),
          to_key_set(keys),
          kid,
          ""s,
          "hs1"s})
        for (auto const& name : {kid, "hs1"s})
            for (auto const* const type : {"JWT", "at+jwt"}) {
                auto const header
                    = R"({"alg":"HS256","kid":")" + name + R"(","typ":")" + type + R"("})";
                EXPECT_FALSE(with_secret.verify(RawToken(hs256_token(header, payload, key)), now))
                    << header;
                EXPECT_FALSE(without_secret.verify(RawToken(hs256_token(header, payload, key)), now)
                ) << header;
            }
    // And the right secret under the other key's name, or a signature under the secret's name.
    EXPECT_EQ(
        problem_of(hs256_token(R"({"alg":"HS256","kid":")" + kid + R"(","typ":"JWT"})", payload)),
        TokenProblem::unknown_key
    );
    EXPECT_EQ(
        problem_of(eddsa_token(R"({"alg":"EdDSA","kid":"hs1","typ":"JWT"})", payload)),
        TokenProblem::unknown_key
    );
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
    auto const jwk = to_jwk({"own", stranger.public_key()});
    for (auto const& extra :
         {R"("jwk":)" + jwk,
          R"("jku":"http://127.0.0.1:9/keys")"s,
          R"("x5u":"http://127.0.0.1:9/")"s,
          R"("x5c":["AAAA"])"s,
          R"("x5t":"AAAA")"s,
          R"("crit":["exp"])"s,
          R"("crit":[])"s,
          R"("b64":false)"s,
          R"("cty":"JWT")"s,
          R"("zip":"DEF")"s,
          R"("enc":"A256GCM")"s,
          R"("p2c":2147483647)"s,
          R"("anything":1)"s}) {
        auto const header
            = R"({"alg":"EdDSA","kid":")" + kid + R"(","typ":"at+jwt",)" + extra + "}";
        EXPECT_EQ(problem_of(eddsa_token(header, payload)), TokenProblem::malformed) << header;
        auto const text = to_base64url(header) + "." + to_base64url(payload);
        EXPECT_FALSE(
            with_secret.verify(RawToken(text + "." + to_base64url(stranger.sign(text))), now)
        );
    }
}

TEST_F(Tokens, a_stranger_or_removed_key_is_unknown)
{
    Signer const stranger(name_of(pair_of('s')), pair_of('s'), std::nullopt);
    EXPECT_EQ(
        problem_of(std::string(stranger.mint(claims_of(Use::access)).reveal())),
        TokenProblem::unknown_key
    );
    Signer const impostor(kid, pair_of('s'), std::nullopt);
    EXPECT_EQ(
        problem_of(std::string(impostor.mint(claims_of(Use::access)).reveal())),
        TokenProblem::bad_signature
    );
    Signer const other_secret(
        kid, pair_of('o'), crypto::HmacKey("another secret of thirty-two byte")
    );
    EXPECT_EQ(
        problem_of(std::string(other_secret.mint(claims_of(Use::session_bound)).reveal())),
        TokenProblem::bad_signature
    );
    Verifier const after_removal("https://id.example", "https://api.example", {}, std::nullopt);
    EXPECT_EQ(after_removal.verify(RawToken(access()), now).error(), TokenProblem::unknown_key);
    auto const payload = json::to_text(payload_of(access()));
    for (auto const* const header :
         {R"({"alg":"EdDSA","typ":"at+jwt"})", R"({"alg":"EdDSA","kid":"","typ":"at+jwt"})"})
        EXPECT_EQ(problem_of(eddsa_token(header, payload)), TokenProblem::unknown_key);
}

} // namespace
} // namespace gatehouse::jose
