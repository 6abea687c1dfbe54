// Sealing: opens for its place and key alone, and never twice with the same iv.
#include "crypto/seal.h"

#include "core/text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace gatehouse::crypto {
namespace {

class Scripted final : public Random {
public:
    explicit Scripted(std::string bytes)
        : bytes_(std::move(bytes))
    {
    }
    void fill(std::span<std::uint8_t> into) override
    {
        ASSERT_LE(into.size(), bytes_.size());
        std::copy_n(bytes_.begin(), into.size(), into.begin());
        bytes_.erase(0, into.size());
    }

private:
    std::string bytes_;
};

std::string hex(std::string_view text)
{
    return from_hex(text).value();
}
SecretString secret_hex(std::string_view text)
{
    return SecretString(hex(text));
}

// Test cases 14 and 16 of the GCM specification (McGrew, Viega), which have 256-bit keys.
TEST(Seal, gives_the_published_ciphertexts)
{
    Scripted zeros(std::string(12, '\0'));
    auto const sealed = seal(SecretString(std::string(32, '\0')), std::string(16, '\0'), "", zeros);
    EXPECT_EQ(
        to_hex(sealed),
        "000000000000000000000000"
        "cea7403d4d606b6e074ec5d3baf39d18"
        "d0d1c8a799996bf0265b98b5d48ab919"
    );

    Scripted iv(hex("cafebabefacedbaddecaf888"));
    auto const plain = hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                           "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
    auto const aad = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    auto const key = secret_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    auto const bound = seal(key, plain, aad, iv);
    EXPECT_EQ(
        to_hex(bound),
        "cafebabefacedbaddecaf888"
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b"
    );
    ASSERT_TRUE(open(key, bound, aad));
    EXPECT_EQ(open(key, bound, aad)->reveal(), plain);
}

TEST(Seal, opens_for_its_own_place_alone)
{
    SystemRandom random;
    SecretString const key(random.bytes(32));
    auto const place = place_of("users.two_factor_secret", "row-1");
    auto const sealed = seal(key, "secret", place, random);
    EXPECT_EQ(open(key, sealed, place)->reveal(), "secret");
    EXPECT_FALSE(open(key, sealed, place_of("users.two_factor_secret", "row-2")));
    EXPECT_FALSE(open(key, sealed, place_of("outbox.body", "row-1")));
    EXPECT_FALSE(open(key, sealed, ""));
    EXPECT_FALSE(open(SecretString(random.bytes(32)), sealed, place));
    EXPECT_NE(place_of("a", "b"), place_of("ab", ""));
}

TEST(Seal, every_changed_or_missing_byte_is_noticed)
{
    SystemRandom random;
    SecretString const key(random.bytes(32));
    auto const sealed = seal(key, "secret", "place", random);
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto changed = sealed;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_FALSE(open(key, changed, "place")) << i;
        EXPECT_FALSE(open(key, sealed.substr(0, i), "place")) << i;
    }
    EXPECT_FALSE(open(key, sealed + "x", "place"));
    EXPECT_THROW((void)seal(SecretString("short"), "secret", "", random), std::invalid_argument);
    EXPECT_THROW((void)open(SecretString("short"), sealed, ""), std::invalid_argument);
}

TEST(Seal, nothing_at_all_can_be_sealed)
{
    SystemRandom random;
    SecretString const key(random.bytes(32));
    auto const sealed = seal(key, "", "place", random);
    EXPECT_EQ(sealed.size(), iv_size + tag_size);
    ASSERT_TRUE(open(key, sealed, "place"));
    EXPECT_TRUE(open(key, sealed, "place")->empty());
}

TEST(Seal, no_iv_comes_twice)
{
    SystemRandom random;
    SecretString const key(random.bytes(32));
    std::set<std::string> seen;
    for (int i = 0; i < 20'000; ++i)
        ASSERT_TRUE(seen.insert(seal(key, "x", "", random).substr(0, iv_size)).second);
}

TEST(Seal, the_text_form_is_marked_and_strict)
{
    SystemRandom random;
    SecretString const key(random.bytes(32));
    auto const text = seal_text(key, "secret", "place", random);
    EXPECT_TRUE(is_sealed_text(text));
    EXPECT_EQ(open_text(key, text, "place")->reveal(), "secret");
    EXPECT_FALSE(open_text(key, text, "elsewhere"));
    EXPECT_FALSE(open_text(key, text.substr(3), "place"));
    EXPECT_FALSE(open_text(key, "k2:" + text.substr(3), "place"));
    EXPECT_FALSE(open_text(key, text + " ", "place"));
    EXPECT_FALSE(open_text(key, "k1:", "place"));
    EXPECT_FALSE(is_sealed_text("JBSWY3DPEHPK3PXP"));
}

TEST(KeyEncryptionKey, is_exactly_32_bytes_of_base64)
{
    auto const read = [](std::string text) {
        return KeyEncryptionKey::from_base64(SecretString(std::move(text)));
    };
    EXPECT_TRUE(read(to_base64(std::string(32, 'k'))));
    EXPECT_FALSE(read(""));
    EXPECT_FALSE(read(to_base64(std::string(31, 'k'))));
    EXPECT_FALSE(read(to_base64(std::string(33, 'k'))));
    EXPECT_FALSE(read(to_base64url(std::string(32, '\xff'))));
    EXPECT_FALSE(read(to_base64(std::string(32, 'k')) + "\n"));
    EXPECT_TRUE(read(to_base64(std::string(32, '\0')))->is_all_zero());
    EXPECT_FALSE(read(to_base64(std::string(31, '\0') + "x"))->is_all_zero());
    SystemRandom random;
    auto const minted = KeyEncryptionKey::mint(random);
    EXPECT_EQ(minted.id(), "env-v1");
    EXPECT_EQ(
        read(std::string(minted.to_base64().reveal()))->subkey("totp").reveal(),
        minted.subkey("totp").reveal()
    );
}

TEST(KeyEncryptionKey, gives_each_use_its_own_key)
{
    auto const key
        = *KeyEncryptionKey::from_base64(SecretString(to_base64(std::string(32, '\x01'))));
    std::set<std::string> seen;
    for (auto const* const use : {"totp", "outbox", "signing", "pepper"})
        EXPECT_TRUE(seen.insert(to_hex(key.subkey(use).reveal())).second);
    // Fixed for ever: rows sealed by one release must open in the next.
    EXPECT_EQ(
        to_hex(key.subkey("totp").reveal()),
        "cfbeec2c801836ecd519d3bd3a0c13ecb6e41213e6bf6e97d1e2914b8fd628f8"
    );
}

} // namespace
} // namespace gatehouse::crypto
