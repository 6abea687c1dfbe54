// Digests against the published vectors.
#include "crypto/digest.h"

#include "core/text.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace gatehouse::crypto {
namespace {

std::string hex(std::string_view text)
{
    return from_hex(text).value();
}

TEST(Digest, sha256_of_fips_180)
{
    EXPECT_EQ(
        sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(
        sha256_hex(std::string(1'000'000, 'a')),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    );
    EXPECT_EQ(sha256("abc").size(), 32U);
    EXPECT_EQ(to_hex(sha256("abc")), sha256_hex("abc"));
}

TEST(Digest, hmac_of_rfc_4231)
{
    EXPECT_EQ(
        to_hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    );
    EXPECT_EQ(
        to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    EXPECT_EQ(
        to_hex(hmac_sha256(
            std::string(131, '\xaa'),
            "This is a test using a larger than block-size key and a larger than block-size data. "
            "The key needs to be hashed before being used by the HMAC algorithm."
        )),
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
    );
    EXPECT_EQ(
        to_hex(hmac_sha256("", "")),
        "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
    );
}

TEST(Digest, a_prepared_key_signs_alike_again_and_again_in_any_thread)
{
    HmacKey const key(std::string_view("Jefe"));
    auto const expected = hmac_sha256("Jefe", "message");
    std::vector<std::jthread> running;
    for (int t = 0; t < 4; ++t)
        running.emplace_back([&] {
            for (int i = 0; i < 1'000; ++i)
                ASSERT_EQ(key.sign("message"), expected);
        });
    running.clear();
    EXPECT_TRUE(key.verify("message", expected));
    EXPECT_FALSE(key.verify("messagf", expected));
    EXPECT_FALSE(key.verify("message", expected.substr(0, 31)));
    EXPECT_FALSE(key.verify("message", ""));
}

TEST(Digest, hkdf_of_rfc_5869)
{
    SecretString const input(std::string(22, '\x0b'));
    EXPECT_EQ(
        to_hex(
            hkdf_sha256(input, hex("000102030405060708090a0b0c"), hex("f0f1f2f3f4f5f6f7f8f9"), 42)
                .reveal()
        ),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    );
    EXPECT_EQ(
        to_hex(hkdf_sha256(input, "", "", 42).reveal()),
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    );
    std::string long_input;
    std::string long_salt;
    std::string long_info;
    for (int i = 0; i < 80; ++i) {
        long_input += static_cast<char>(i);
        long_salt += static_cast<char>(0x60 + i);
        long_info += static_cast<char>(0xb0 + i);
    }
    EXPECT_EQ(
        to_hex(hkdf_sha256(SecretString(long_input), long_salt, long_info, 82).reveal()),
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e"
        "590e09"
        "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"
    );
    EXPECT_EQ(hkdf_sha256(input, "", "", 0).size(), 0U);
    EXPECT_EQ(hkdf_sha256(input, "", "", 255 * 32).size(), 255U * 32U);
    EXPECT_THROW((void)hkdf_sha256(input, "", "", 255 * 32 + 1), std::invalid_argument);
}

TEST(Digest, comparison_knows_length_and_every_byte)
{
    EXPECT_TRUE(equal_in_constant_time("", ""));
    EXPECT_TRUE(equal_in_constant_time(std::string("a\0b", 3), std::string("a\0b", 3)));
    EXPECT_FALSE(equal_in_constant_time(std::string("a\0b", 3), std::string("a\0c", 3)));
    EXPECT_FALSE(equal_in_constant_time("ab", "abc"));
    EXPECT_FALSE(equal_in_constant_time("b", "a"));
}

} // namespace
} // namespace gatehouse::crypto
