// Stored passwords: every scheme, every damaged form, and equal work whatever comes.
#include "crypto/stored_password.h"

#include "core/log.h"
#include "core/metrics.h"
#include "crypto/argon2.h"
#include "crypto/bcrypt.h"

#include <gtest/gtest.h>

#include <ctime>
#include <set>

namespace gatehouse::crypto {
namespace {

using namespace std::string_literals;

constexpr HashPolicy cheap{.algorithm = HashPolicy::Algorithm::bcrypt, .cost = 4};

double unusable(std::string_view cause)
{
    return metrics::value("gatehouse_stored_passwords_unusable_total", {{"cause", cause}});
}

struct WithoutWarnings {
    WithoutWarnings() { log::set_level(log::Level::error); }
    ~WithoutWarnings() { log::set_level(log::Level::info); }
};

double cpu_seconds_of(auto work)
{
    timespec before{};
    timespec after{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
    work();
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
    return double(after.tv_sec - before.tv_sec) + double(after.tv_nsec - before.tv_nsec) / 1e9;
}

TEST(StoredPassword, looks_like_bcrypt_and_matches_itself_alone)
{
    SystemRandom random;
    auto const stored = hash_password("PlainPassword123", cheap, random);
    EXPECT_EQ(stored.scheme, "bcrypt");
    EXPECT_EQ(stored.hash.size(), 60U);
    EXPECT_TRUE(stored.hash.starts_with("$2b$04$"));
    EXPECT_TRUE(verify_password("PlainPassword123", stored, cheap));
    EXPECT_FALSE(verify_password("PlainPassword124", stored, cheap));
    EXPECT_FALSE(verify_password("plainPassword123", stored, cheap));
    EXPECT_FALSE(verify_password(" PlainPassword123", stored, cheap));
    EXPECT_FALSE(verify_password("", stored, cheap));
    EXPECT_NE(hash_password("PlainPassword123", cheap, random).hash, stored.hash);
}

// Known answers of other implementations.
TEST(StoredPassword, verifies_hashes_of_other_programs)
{
    std::pair<std::string, std::string> const samples[] = {
        {"U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"},
        {"U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"},
        {"", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"},
        {"\xa3", "$2y$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq"},
    };
    for (auto const& [password, hash] : samples) {
        EXPECT_TRUE(verify_password(password, {hash, std::nullopt})) << hash;
        EXPECT_TRUE(verify_password(password, {hash, "bcrypt"})) << hash;
        EXPECT_FALSE(verify_password(password + "x", {hash, std::nullopt})) << hash;
    }
}

TEST(StoredPassword, nothing_is_cut_at_72_bytes_or_at_nul)
{
    SystemRandom random;
    auto const base = std::string(72, 'a');
    for (auto const& [left, right] :
         {std::pair(base + "X", base + "Y"),
          std::pair(base, base + "X"),
          std::pair("ab\0X"s, "ab\0Y"s),
          std::pair("ab"s, "ab\0"s),
          std::pair(""s, "\0"s),
          std::pair(std::string(1000, 'a'), std::string(1001, 'a'))}) {
        auto const of_left = hash_password(left, cheap, random);
        auto const of_right = hash_password(right, cheap, random);
        EXPECT_TRUE(verify_password(left, of_left, cheap));
        EXPECT_TRUE(verify_password(right, of_right, cheap));
        EXPECT_FALSE(verify_password(right, of_left, cheap));
        EXPECT_FALSE(verify_password(left, of_right, cheap));
    }
    EXPECT_EQ(hash_password(base, cheap, random).scheme, "bcrypt");
    EXPECT_EQ(hash_password(base + "X", cheap, random).scheme, "bcrypt-pre1");
    EXPECT_EQ(hash_password("a\0b"s, cheap, random).scheme, "bcrypt-pre1");
    EXPECT_TRUE(is_bcrypt(hash_password(base + "X", cheap, random).hash));
}

TEST(StoredPassword, a_foreign_bcrypt_does_not_cut_either)
{
    SystemRandom random;
    auto stored = hash_password(std::string(72, 'a'), cheap, random);
    stored.scheme = std::nullopt;
    EXPECT_TRUE(verify_password(std::string(72, 'a'), stored, cheap));
    EXPECT_FALSE(verify_password(std::string(73, 'a'), stored, cheap));
    EXPECT_FALSE(verify_password(std::string(72, 'a') + "\0"s, stored, cheap));
}

TEST(StoredPassword, the_prehash_is_fixed_for_ever)
{
    // echo -n aaa…(73) | openssl dgst -sha256 -hmac gatehouse/prehash/v1 -binary | base64
    StoredPassword const stored{
        bcrypt("T3eNdvHOaF/iAZjhpy4QroYv1xaez+e57Hk7w2Xjw4U=", "$2b$04$......................"),
        "bcrypt-pre1"
    };
    EXPECT_TRUE(verify_password(std::string(73, 'a'), stored, cheap));
    EXPECT_FALSE(verify_password("T3eNdvHOaF/iAZjhpy4QroYv1xaez+e57Hk7w2Xjw4U=", stored, cheap));
}

// PW-06: libxcrypt would answer most of these with a traditional DES hash.
TEST(StoredPassword, a_damaged_or_planted_hash_matches_nothing)
{
    WithoutWarnings const quiet;
    SystemRandom random;
    auto const good = hash_password("x", cheap, random).hash;
    auto const with = [&](std::size_t at, char c) {
        auto changed = good;
        changed[at] = c;
        return changed;
    };
    std::string const damaged[]
        = {"",
           "*",
           "*0",
           "*1",
           "garbage",
           "x",
           "xxQ9VZVnFrAJg",
           "plaintext",
           good.substr(0, 59),
           good + "x",
           good + "\n",
           " " + good,
           with(1, '3'),
           with(2, 'x'),
           with(2, 'c'),
           with(3, 'x'),
           with(4, '9'),
           with(4, 'x'),
           with(5, '0'),
           with(6, '.'),
           with(20, '!'),
           with(59, '='),
           with(30, '\0'),
           with(30, '\xc3'),
           "$2b$31$" + good.substr(7),
           "$2b$03$" + good.substr(7),
           "$2b$17$" + good.substr(7),
           "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
           "\xff\xfe",
           "$argon2id$v=19$m=2147483648,t=1,p=1$c29tZXNhbHRzb21l$" + std::string(43, 'A'),
           "$argon2id$v=19$m=19456,t=4294967295,p=1$c29tZXNhbHRzb21l$" + std::string(43, 'A'),
           "$argon2id$v=19$m=19456,t=18446744073709551616,p=1$c29tZXNhbHRzb21l$"
               + std::string(43, 'A'),
           "$argon2id$v=19$m=19456,t=2,p=1$",
           "$argon2id$v=19$m=19456,t=2,p=1$!!$!!"};
    for (auto const& hash : damaged)
        for (std::optional<std::string> const& scheme :
             {std::optional<std::string>(),
              std::optional<std::string>("bcrypt"),
              std::optional<std::string>("bcrypt-pre1"),
              std::optional<std::string>("argon2id"),
              std::optional<std::string>("rot13")})
            for (auto const* const password : {"x", "", "garbage", "plaintext"})
                EXPECT_FALSE(verify_password(password, {hash, scheme}, cheap)) << hash;
}

TEST(StoredPassword, what_cannot_be_checked_is_counted)
{
    WithoutWarnings const quiet;
    auto const before = unusable("unknown scheme");
    EXPECT_FALSE(verify_password("x", {"anything", "rot13"}, cheap));
    EXPECT_EQ(unusable("unknown scheme"), before + 1);
    auto const damaged_before = unusable("no bcrypt");
    EXPECT_FALSE(verify_password("x", {"anything", "bcrypt"}, cheap));
    EXPECT_EQ(unusable("no bcrypt"), damaged_before + 1);
}

TEST(StoredPassword, every_refusal_costs_a_whole_hash)
{
    WithoutWarnings const quiet;
    SystemRandom random;
    HashPolicy const policy{.algorithm = HashPolicy::Algorithm::bcrypt, .cost = 8};
    auto const stored = hash_password("right", policy, random);
    auto const one = cpu_seconds_of([&] { (void)verify_password("right", stored, policy); });
    StoredPassword const foreign{stored.hash, std::nullopt};
    for (auto const& [password, expected] :
         {std::pair("wrong"s, stored),
          std::pair(std::string(73, 'a'), stored),
          std::pair("a\0b"s, stored),
          std::pair(std::string(1025, 'a'), stored),
          std::pair(std::string(1'000'000, 'a'), stored),
          std::pair(std::string(73, 'a'), foreign),
          std::pair("wrong"s, decoy_password(policy, random)),
          std::pair("wrong"s, StoredPassword{"garbage", "bcrypt"}),
          std::pair("wrong"s, StoredPassword{"garbage", std::nullopt}),
          std::pair("wrong"s, StoredPassword{stored.hash, "rot13"}),
          std::pair(std::string(1000, 'a'), hash_password(std::string(999, 'a'), policy, random))
         }) {
        auto const took
            = cpu_seconds_of([&] { EXPECT_FALSE(verify_password(password, expected, policy)); });
        EXPECT_GT(took, one / 3) << password.substr(0, 20) << " " << expected.hash;
        EXPECT_LT(took, one * 3) << password.substr(0, 20) << " " << expected.hash;
    }
}

TEST(StoredPassword, the_bound_of_a_try_is_1024_bytes)
{
    SystemRandom random;
    auto const at_bound = hash_password(std::string(1024, 'a'), cheap, random);
    auto const beyond = hash_password(std::string(1025, 'a'), cheap, random);
    EXPECT_TRUE(verify_password(std::string(1024, 'a'), at_bound, cheap));
    EXPECT_FALSE(verify_password(std::string(1025, 'a'), beyond, cheap));
}

TEST(StoredPassword, unicode_is_compared_byte_for_byte)
{
    SystemRandom random;
    auto const composed = hash_password("P\u00e4ssw\u00f6rd", cheap, random);
    EXPECT_TRUE(verify_password("P\u00e4ssw\u00f6rd", composed, cheap));
    EXPECT_FALSE(verify_password("Pa\u0308sswo\u0308rd", composed, cheap));
}

TEST(StoredPassword, a_decoy_has_the_right_form_and_is_made_without_hashing)
{
    SystemRandom random;
    HashPolicy const costly{.algorithm = HashPolicy::Algorithm::bcrypt, .cost = 16};
    StoredPassword decoy;
    EXPECT_LT(cpu_seconds_of([&] { decoy = decoy_password(costly, random); }), 0.05);
    EXPECT_TRUE(is_bcrypt(decoy.hash)) << decoy.hash;
    EXPECT_EQ(bcrypt_cost(decoy.hash), 16);
    EXPECT_EQ(decoy.scheme, "bcrypt");
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i)
        EXPECT_TRUE(seen.insert(decoy_password(cheap, random).hash).second);
    auto const other = decoy_password({.algorithm = HashPolicy::Algorithm::argon2id}, random);
    EXPECT_TRUE(is_argon2(other.hash)) << other.hash;
    EXPECT_EQ(verify_argon2("x", other.hash), false); // readable, and of another password
}

TEST(StoredPassword, is_replaced_when_it_is_not_what_the_policy_makes)
{
    SystemRandom random;
    HashPolicy const argon2id{.algorithm = HashPolicy::Algorithm::argon2id};
    HashPolicy const dearer{.algorithm = HashPolicy::Algorithm::bcrypt, .cost = 5};
    auto const stored = hash_password("x", cheap, random);
    EXPECT_FALSE(is_outdated(stored, cheap));
    EXPECT_FALSE(is_outdated(hash_password(std::string(80, 'x'), cheap, random), cheap));
    EXPECT_TRUE(is_outdated(stored, dearer));
    EXPECT_TRUE(is_outdated(stored, argon2id));
    EXPECT_TRUE(is_outdated({stored.hash, std::nullopt}, cheap));
    EXPECT_TRUE(is_outdated({"$2a$" + stored.hash.substr(4), "bcrypt"}, cheap));
    EXPECT_TRUE(is_outdated({"garbage", "bcrypt"}, cheap));
    EXPECT_FALSE(is_outdated(decoy_password(argon2id, random), argon2id));
    EXPECT_TRUE(is_outdated(decoy_password(argon2id, random), cheap));
}

TEST(StoredPassword, the_policy_is_read_from_text)
{
    EXPECT_EQ(parse_hash_policy("bcrypt:12")->cost, 12);
    EXPECT_EQ(parse_hash_policy("argon2id")->algorithm, HashPolicy::Algorithm::argon2id);
    for (auto const* const text :
         {"",
          "bcrypt",
          "bcrypt:",
          "bcrypt:3",
          "bcrypt:17",
          "bcrypt:10x",
          "bcrypt: 10",
          "bcrypt:-10",
          "argon2",
          "argon2id:2",
          "plain",
          "md5"})
        EXPECT_FALSE(parse_hash_policy(text)) << text;
}

} // namespace
} // namespace gatehouse::crypto
