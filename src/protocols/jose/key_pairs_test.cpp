// Key pairs of every algorithm: what they sign is verified, what is sealed comes back, and weak or
// foreign keys are refused.
#include "protocols/jose/key_pairs.h"

#include "core/text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gatehouse::jose {
namespace {

using namespace std::string_literals;

class KeyPairs : public ::testing::TestWithParam<Algorithm> {
protected:
    SystemRandom random;
    KeyPair pair = mint_pair(GetParam(), random);
    PublicKey shown{thumbprint(public_part(pair)), public_part(pair)};

    static std::string changed(std::string text, std::string const& part, std::string const& into)
    {
        return text.replace(text.find(part), part.size(), into);
    }
};
INSTANTIATE_TEST_SUITE_P(
    Each,
    KeyPairs,
    ::testing::Values(Algorithm::eddsa, Algorithm::es256, Algorithm::rs256),
    [](auto const& one) { return std::string(to_text(one.param)); }
);

TEST_P(KeyPairs, sign_what_their_public_part_verifies)
{
    EXPECT_EQ(algorithm_of(pair), GetParam());
    EXPECT_EQ(algorithm_of(shown.key), GetParam());
    auto const signature = sign(pair, "message");
    EXPECT_TRUE(verify(shown.key, "message", signature));
    EXPECT_FALSE(verify(shown.key, "messagf", signature));
    for (auto const at : {std::size_t{0}, signature.size() / 2, signature.size() - 1}) {
        auto forged = signature;
        forged[at] = static_cast<char>(forged[at] ^ 1);
        EXPECT_FALSE(verify(shown.key, "message", forged)) << at;
    }
    for (auto const& odd :
         {""s, signature.substr(1), signature + "x", "\0"s + signature, std::string(64, '\0')})
        EXPECT_FALSE(verify(shown.key, "message", odd)) << odd.size();
    EXPECT_FALSE(verify(public_part(mint_pair(Algorithm::es256, random)), "message", signature));
}

TEST_P(KeyPairs, come_back_from_what_is_sealed)
{
    auto const kept = private_part(pair);
    auto const again = pair_from(GetParam(), kept);
    ASSERT_TRUE(again);
    EXPECT_EQ(thumbprint(public_part(*again)), shown.kid);
    EXPECT_TRUE(verify(shown.key, "message", sign(*again, "message")));
    std::string const bytes(kept.reveal());
    for (auto const& odd : {""s, bytes.substr(1), bytes.substr(0, bytes.size() - 1), bytes + "x"})
        EXPECT_FALSE(pair_from(GetParam(), SecretString(odd))) << odd.size();
    for (auto const other : {Algorithm::eddsa, Algorithm::es256, Algorithm::rs256})
        if (other != GetParam()) {
            EXPECT_FALSE(pair_from(other, kept)) << to_text(other);
        }
}

TEST_P(KeyPairs, are_shown_as_jwks_that_are_read_back)
{
    auto const text = to_jwk(shown);
    auto const again = parse_jwk(text);
    ASSERT_TRUE(again) << text;
    EXPECT_EQ(again->kid, shown.kid);
    EXPECT_EQ(thumbprint(again->key), shown.kid);
    EXPECT_EQ(shown.kid.size(), 43U);
    EXPECT_EQ(text.find("\"d\""), std::string::npos); // never the private part
    std::string const name(to_text(GetParam()));
    for (auto const* const other : {"EdDSA", "ES256", "RS256", "HS256", "none", "PS256"})
        if (other != name) {
            auto const swapped
                = changed(text, "\"" + name + "\"", "\"" + std::string(other) + "\"");
            EXPECT_FALSE(parse_jwk(swapped)) << other; // JWT-02: the key says what it is for
        }
    EXPECT_FALSE(parse_jwk(changed(text, "\"sig\"", "\"enc\"")));
}

std::string jwk_of_p256(std::string const& x, std::string const& y, std::string const& curve)
{
    return R"({"kty":"EC","crv":")" + curve + R"(","kid":"k","x":")" + x + R"(","y":")" + y
        + R"(","alg":"ES256","use":"sig"})";
}

TEST(KeysOfP256, lie_on_the_curve_or_are_refused)
{
    auto const x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"s;
    auto const y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"s;
    EXPECT_TRUE(parse_jwk(jwk_of_p256(x, y, "P-256")));
    EXPECT_FALSE(parse_jwk(jwk_of_p256(y, x, "P-256")));
    EXPECT_FALSE(parse_jwk(jwk_of_p256(x, x, "P-256")));
    EXPECT_FALSE(parse_jwk(jwk_of_p256(x, y, "P-192"))); // KEY-08
    EXPECT_FALSE(parse_jwk(jwk_of_p256(x, y, "secp256k1")));
    auto const nothing = to_base64url(std::string(32, '\0'));
    EXPECT_FALSE(parse_jwk(jwk_of_p256(nothing, nothing, "P-256")));
    EXPECT_FALSE(parse_jwk(jwk_of_p256(to_base64url(std::string(32, '\xff')), y, "P-256")));
    EXPECT_FALSE(parse_jwk(jwk_of_p256(to_base64url("short"), y, "P-256")));
    EXPECT_FALSE(parse_jwk(jwk_of_p256("", "", "P-256")));
}

// JWT-05, CVE-2022-21449: numbers that a check forgets.
TEST(SignaturesOfP256, with_numbers_out_of_range_do_not_verify)
{
    auto const pair = crypto::P256KeyPair::mint();
    auto const order
        = from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551").value();
    auto const nothing = std::string(32, '\0');
    auto one = nothing;
    one.back() = '\1';
    for (auto const& r : {nothing, one, order, std::string(32, '\xff')})
        for (auto const& s : {nothing, one, order, std::string(32, '\xff')})
            EXPECT_FALSE(pair.public_key().verify("message", r + s));
    auto const signature = pair.sign("message");
    EXPECT_FALSE(pair.public_key().verify("message", signature.substr(0, 32) + nothing));
    EXPECT_FALSE(pair.public_key().verify("message", nothing + signature.substr(32)));
    EXPECT_FALSE(pair.public_key().verify("message", order + signature.substr(32)));
}

// JWT-05: the form that OpenSSL and X.509 write is not the form of a token.
TEST(SignaturesOfP256, in_der_do_not_verify)
{
    auto const pair = crypto::P256KeyPair::mint();
    auto const number = [](std::string bytes) {
        while (bytes.size() > 1 && bytes.front() == '\0')
            bytes.erase(0, 1);
        if ((static_cast<unsigned char>(bytes.front()) & 0x80U) != 0)
            bytes.insert(0, 1, '\0');
        return "\x02"s + static_cast<char>(bytes.size()) + bytes;
    };
    for (int n = 0; n < 20; ++n) {
        auto const signature = pair.sign("message");
        ASSERT_EQ(signature.size(), 64U);
        ASSERT_TRUE(pair.public_key().verify("message", signature));
        auto const both = number(signature.substr(0, 32)) + number(signature.substr(32));
        auto const der = "\x30"s + static_cast<char>(both.size()) + both;
        EXPECT_FALSE(pair.public_key().verify("message", der));
    }
}

std::string jwk_of_rsa(std::string const& n, std::string const& e)
{
    return R"({"kty":"RSA","kid":"k","n":")" + to_base64url(n) + R"(","e":")" + to_base64url(e)
        + R"(","alg":"RS256","use":"sig"})";
}

// KEY-08
TEST(KeysOfRsa, that_are_weak_are_refused)
{
    auto const good = crypto::RsaKeyPair::mint(2048);
    auto const& n = good.public_key().n();
    auto const& e = good.public_key().e();
    EXPECT_EQ(n.size(), 256U);
    EXPECT_TRUE(parse_jwk(jwk_of_rsa(n, e)));
    for (auto const& odd : {"\x01"s, "\x03"s, ""s, "\x01\x00\x00"s, "\x01\x00\x01\x00"s})
        EXPECT_FALSE(parse_jwk(jwk_of_rsa(n, odd)));
    EXPECT_FALSE(parse_jwk(jwk_of_rsa("\0"s + n, e))); // another spelling of the same number
    EXPECT_FALSE(parse_jwk(jwk_of_rsa(n.substr(0, 255) + "\x02", e))); // even
    EXPECT_FALSE(parse_jwk(jwk_of_rsa(std::string(2000, '\xff'), e)));
    EXPECT_FALSE(parse_jwk(jwk_of_rsa("", e)));
    auto const weak = crypto::RsaKeyPair::mint(1024);
    EXPECT_FALSE(parse_jwk(jwk_of_rsa(weak.public_key().n(), weak.public_key().e())));
    EXPECT_FALSE(pair_from(Algorithm::rs256, weak.pkcs8()));
}

} // namespace
} // namespace gatehouse::jose
