// Argon2 as a scheme of stored passwords, ours and that of other programs.
#include "core/random.h"
#include "crypto/stored_password.h"

#include <gtest/gtest.h>

namespace gatehouse::crypto {
namespace {

using namespace std::string_literals;

TEST(Argon2, argon2id_is_made_and_verified)
{
    SystemRandom random;
    HashPolicy const policy{.algorithm = HashPolicy::Algorithm::argon2id};
    auto const stored = hash_password(std::string(200, 'a') + "\0b"s, policy, random);
    EXPECT_EQ(stored.scheme, "argon2id");
    EXPECT_TRUE(stored.hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << stored.hash;
    EXPECT_TRUE(verify_password(std::string(200, 'a') + "\0b"s, stored, policy));
    EXPECT_FALSE(verify_password(std::string(200, 'a') + "\0c"s, stored, policy));
    EXPECT_FALSE(verify_password(std::string(1025, 'a'), stored, policy));
}

// From the test file of the reference implementation.
TEST(Argon2, argon2_of_other_programs_is_verified)
{
    for (auto const* const hash :
         {"$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
          "$argon2i$v=19$m=256,t=2,p=2$c29tZXNhbHQ$T/XOJ2mh1/TIpJHfCdQan76Q5esCFVoT5MAeIM1Oq2E",
          "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
          "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"}) {
        EXPECT_TRUE(verify_password("password", {hash, std::nullopt})) << hash;
        EXPECT_FALSE(verify_password("Password", {hash, std::nullopt})) << hash;
    }
}

} // namespace
} // namespace gatehouse::crypto
