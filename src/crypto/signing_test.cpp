// Ed25519 against RFC 8032, and what a verifier must not accept.
#include "crypto/signing.h"

#include "core/text.h"

#include <gtest/gtest.h>

namespace gatehouse::crypto {
namespace {

std::string hex(std::string_view text)
{
    return from_hex(text).value();
}

// RFC 8032 7.1, tests 1 and 3.
TEST(Ed25519, gives_the_published_signatures)
{
    auto const first = *Ed25519KeyPair::from_seed(
        SecretString(hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
    );
    EXPECT_EQ(
        to_hex(first.public_key().bytes()),
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    );
    EXPECT_EQ(
        to_hex(first.sign("")),
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
        "f9b46b"
        "d25bf5f0595bbe24655141438e7a100b"
    );
    auto const third = *Ed25519KeyPair::from_seed(
        SecretString(hex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"))
    );
    EXPECT_EQ(
        to_hex(third.sign(hex("af82"))),
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f76098"
        "4dc659"
        "4a7c15e9716ed28dc027beceea1ec40a"
    );
}

TEST(Ed25519, a_changed_message_signature_or_key_does_not_verify)
{
    SystemRandom random;
    auto const pair = Ed25519KeyPair::mint(random);
    auto const signature = pair.sign("message");
    EXPECT_TRUE(pair.public_key().verify("message", signature));
    EXPECT_FALSE(pair.public_key().verify("messagf", signature));
    EXPECT_FALSE(Ed25519KeyPair::mint(random).public_key().verify("message", signature));
    for (std::size_t i = 0; i < signature.size(); ++i) {
        auto changed = signature;
        changed[i] = static_cast<char>(changed[i] ^ 0x80);
        EXPECT_FALSE(pair.public_key().verify("message", changed)) << i;
    }
    EXPECT_FALSE(pair.public_key().verify("message", signature.substr(0, 63)));
    EXPECT_FALSE(pair.public_key().verify("message", signature + "x"));
    EXPECT_FALSE(pair.public_key().verify("message", ""));
    EXPECT_FALSE(pair.public_key().verify("message", std::string(64, '\0')));
}

TEST(Ed25519, a_second_spelling_of_a_signature_does_not_verify)
{
    SystemRandom random;
    auto const pair = Ed25519KeyPair::mint(random);
    auto signature = pair.sign("message");
    auto const order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    unsigned carry = 0;
    for (std::size_t i = 0; i < 32; ++i) { // S + L, the same scalar unreduced (RFC 8032 8.4)
        carry
            += static_cast<unsigned char>(signature[32 + i]) + static_cast<unsigned char>(order[i]);
        signature[32 + i] = static_cast<char>(carry & 0xff);
        carry >>= 8;
    }
    EXPECT_FALSE(pair.public_key().verify("message", signature));
}

TEST(Ed25519, a_key_of_small_order_verifies_nothing)
{
    auto const small = Ed25519PublicKey::from_bytes(std::string("\x01", 1) + std::string(31, '\0'));
    ASSERT_TRUE(small);
    std::string const signature
        = std::string("\x01", 1) + std::string(63, '\0'); // valid without the check
    EXPECT_FALSE(small->verify("message", signature));
}

TEST(Ed25519, keys_have_32_bytes_and_come_back_from_their_seed)
{
    EXPECT_FALSE(Ed25519KeyPair::from_seed(SecretString("short")));
    EXPECT_FALSE(Ed25519PublicKey::from_bytes(std::string(33, 'x')));
    SystemRandom random;
    auto const pair = Ed25519KeyPair::mint(random);
    EXPECT_EQ(
        Ed25519KeyPair::from_seed(pair.seed())->public_key().bytes(), pair.public_key().bytes()
    );
}

} // namespace
} // namespace gatehouse::crypto
