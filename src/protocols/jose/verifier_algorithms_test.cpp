// Tokens of every algorithm side by side: each is good under its own key, kid and algorithm alone
// (security JWT-02, JWT-03, JWT-05, JWT-10).
#include "support/signed_tokens.h"

#include <vector>

namespace gatehouse::jose {
namespace {

using namespace std::string_literals;

class Algorithms : public ::testing::Test {
protected:
    SystemRandom random;
    std::vector<KeyPair> pairs = minted();
    std::vector<PublicKey> keys = shown(pairs);
    Verifier verifier{"https://id.example", "https://api.example", keys, crypto::HmacKey(secret)};

    std::vector<KeyPair> minted()
    {
        std::vector<KeyPair> made;
        made.push_back(mint_pair(Algorithm::eddsa, random));
        made.push_back(mint_pair(Algorithm::es256, random));
        made.emplace_back(crypto::RsaKeyPair::mint(2048));
        return made;
    }
    static std::vector<PublicKey> shown(std::vector<KeyPair> const& from)
    {
        std::vector<PublicKey> made;
        for (auto const& pair : from)
            made.push_back({thumbprint(public_part(pair)), public_part(pair)});
        return made;
    }
    static std::string
    token(KeyPair const& pair, std::string const& algorithm, std::string const& named, Use use)
    {
        auto const* const type = use == Use::access ? access_type : session_bound_type;
        return forged(
            R"({"alg":")" + algorithm + R"(","kid":")" + named + R"(","typ":")" + type + R"("})",
            pair,
            use
        );
    }
    static std::string forged(std::string const& header, KeyPair const& pair, Use use = Use::access)
    {
        auto const text = to_base64url(header) + "." + to_base64url(payload(use));
        return text + "." + to_base64url(sign(pair, text));
    }
    static std::string payload(Use use)
    {
        Signer const some("k", pair_of('x'), std::nullopt);
        return json::to_text(payload_of(std::string(some.mint(claims_of(use)).reveal())));
    }
    std::optional<TokenProblem> problem(std::string const& presented) const
    {
        auto const verified = verifier.verify(RawToken(presented), now);
        if (verified)
            return std::nullopt;
        return verified.error();
    }
};

TEST_F(Algorithms, each_signer_is_believed)
{
    for (std::size_t at = 0; at < pairs.size(); ++at) {
        auto pair = pair_from(algorithm_of(pairs[at]), private_part(pairs[at]));
        Signer const signer(keys[at].kid, std::move(*pair), std::nullopt);
        for (auto const use : {Use::access, Use::session_bound}) {
            auto const minted = std::string(signer.mint(claims_of(use)).reveal());
            EXPECT_EQ(problem(minted), std::nullopt) << minted;
            auto const header = header_of(minted);
            EXPECT_EQ(*header.find("alg")->text(), to_text(algorithm_of(pairs[at])));
            EXPECT_LT(minted.size(), 1536U); // api §12
        }
    }
}

TEST_F(Algorithms, a_kid_has_one_algorithm)
{
    for (auto const& pair : pairs)
        for (auto const& key : keys)
            for (auto const* const algorithm : {"EdDSA", "ES256", "RS256"}) {
                auto const own = thumbprint(public_part(pair)) == key.kid
                    && algorithm == std::string(to_text(algorithm_of(pair)));
                auto const presented = token(pair, algorithm, key.kid, Use::access);
                EXPECT_EQ(!problem(presented), own) << presented;
            }
    for (std::size_t at = 0; at < pairs.size(); ++at)
        for (auto const* const swapped :
             {"none", "HS256", "PS256", "ES384", "RS384", "RS512", "ES256K", "Ed25519", "rs256", ""
             })
            EXPECT_NE(
                problem(token(pairs[at], swapped, keys[at].kid, Use::session_bound)), std::nullopt
            ) << swapped;
}

TEST_F(Algorithms, a_public_key_is_no_shared_secret)
{
    for (auto const& key : keys)
        for (auto const& guess : {to_jwk(key), key.kid, to_key_set(keys)})
            for (auto const& named : {key.kid, "hs1"s}) {
                auto const header = R"({"alg":"HS256","kid":")" + named + R"(","typ":"JWT"})";
                auto const text
                    = to_base64url(header) + "." + to_base64url(payload(Use::session_bound));
                EXPECT_NE(
                    problem(text + "." + to_base64url(crypto::hmac_sha256(guess, text))),
                    std::nullopt
                ) << header;
            }
}

TEST_F(Algorithms, a_key_or_a_wish_in_the_header_is_malformed)
{
    for (std::size_t at = 0; at < pairs.size(); ++at)
        for (auto const& extra :
             {R"("jwk":)" + to_jwk(keys[at]),
              R"("jku":"http://127.0.0.1:9/keys")"s,
              R"("x5u":"http://127.0.0.1:9/")"s,
              R"("x5c":["AAAA"])"s,
              R"("crit":["exp"])"s,
              R"("b64":false)"s}) {
            std::string header(R"({"alg":")");
            header.append(to_text(algorithm_of(pairs[at]))).append(R"(","kid":")");
            header.append(keys[at].kid).append(R"(","typ":"at+jwt",)").append(extra).append("}");
            EXPECT_EQ(problem(forged(header, pairs[at])), TokenProblem::malformed) << header;
        }
}

TEST_F(Algorithms, a_removed_key_verifies_nothing)
{
    for (std::size_t at = 0; at < pairs.size(); ++at) {
        auto without = keys;
        without.erase(without.begin() + static_cast<std::ptrdiff_t>(at));
        Verifier const after("https://id.example", "https://api.example", without, std::nullopt);
        auto const presented
            = token(pairs[at], to_text(algorithm_of(pairs[at])), keys[at].kid, Use::access);
        EXPECT_EQ(
            after.verify(RawToken(presented), now).error(), TokenProblem::unknown_key
        ); // JWT-17
    }
}

} // namespace
} // namespace gatehouse::jose
