// Secrets and backup codes as the database keeps them.
#include "domain/factor_secrets.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

namespace gatehouse::domain {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

class FactorSecrets : public ::testing::Test {
protected:
    SystemRandom random;
    crypto::KeyEncryptionKey const key = crypto::KeyEncryptionKey::mint(random);
    UserId const ann{"ann"};
    UserId const bea{"bea"};
    SecretString const secret{"JBSWY3DPEHPK3PXP"};

    std::string digest(std::string const& code)
    {
        return backup_code_digest(key, ann, SecretString(code));
    }
    std::optional<std::vector<std::string>>
    without(std::vector<std::string> const& stored, std::string const& code)
    {
        return without_backup_code(key, ann, stored, SecretString(code));
    }
};

TEST_F(FactorSecrets, ASecretIsSealedForOneRowUnderOneKey)
{
    auto const sealed = seal_totp_secret(key, random, ann, secret);
    EXPECT_EQ(sealed.rfind("k1:", 0), 0U);
    EXPECT_EQ(sealed.find("JBSWY"), std::string::npos);
    EXPECT_NE(sealed, seal_totp_secret(key, random, ann, secret));
    EXPECT_EQ(open_totp_secret(key, ann, sealed).reveal(), secret.reveal());
    EXPECT_THROW((void)open_totp_secret(key, bea, sealed), std::runtime_error) << "another row";
    auto const other = crypto::KeyEncryptionKey::mint(random);
    EXPECT_THROW((void)open_totp_secret(other, ann, sealed), std::runtime_error) << "another key";
    EXPECT_THROW((void)open_totp_secret(key, ann, "k1:nonsense"), std::runtime_error);
}

TEST_F(FactorSecrets, APlainSecretIsTakenAsItIs)
{
    EXPECT_EQ(open_totp_secret(key, ann, "jbsw y3dp").reveal(), "jbsw y3dp");
}

TEST_F(FactorSecrets, TenCodesOfFiftyBitsAreMintedAndNoTwoAreAlike)
{
    std::set<std::string> seen;
    for (int round = 0; round < 20; ++round) {
        auto const codes = mint_backup_codes(random, alphabet);
        EXPECT_EQ(codes.size(), 10U);
        for (auto const& code : codes) {
            auto const text = std::string(code.reveal());
            EXPECT_EQ(text.size(), 11U);
            EXPECT_EQ(text[5], '-');
            EXPECT_TRUE(seen.insert(text).second);
        }
    }
    std::set<char> characters;
    for (auto const& code : seen)
        characters.insert(code.begin(), code.end());
    EXPECT_EQ(characters.size(), 33U) << "each of the 32, and the dash";
}

TEST_F(FactorSecrets, ADigestIsBoundToThePersonAndTheKeyAndNotToTheSpelling)
{
    auto const one = digest("ABCDE-FGH23");
    EXPECT_EQ(one.size(), 3U + 64U);
    EXPECT_EQ(one.rfind("h1:", 0), 0U);
    EXPECT_EQ(digest(" abcdefgh23 "), one);
    EXPECT_EQ(digest("abc de-fg-h23"), one);
    EXPECT_NE(digest("ABCDE-FGH24"), one);
    EXPECT_NE(backup_code_digest(key, bea, SecretString("ABCDE-FGH23")), one);
    auto const other = crypto::KeyEncryptionKey::mint(random);
    EXPECT_NE(backup_code_digest(other, ann, SecretString("ABCDE-FGH23")), one);
}

TEST_F(FactorSecrets, ASpentCodeLeavesAndEveryOtherStaysDigested)
{
    std::vector<std::string> const stored{digest("first-code"), "plain-two", "PLAIN THREE"};
    auto const left = without(stored, "Plain-Two");
    ASSERT_TRUE(left);
    EXPECT_EQ(*left, (std::vector<std::string>{digest("first-code"), digest("plainthree")}));
    EXPECT_FALSE(without(*left, "plain-two")) << "twice";
    EXPECT_TRUE(without(*left, "FIRSTCODE"));
    EXPECT_TRUE(without(*left, "plain three"));
}

TEST_F(FactorSecrets, NothingElseIsACode)
{
    std::vector<std::string> const stored{digest("first-code"), "", "plain"};
    for (auto const& presented :
         {std::string(),
          std::string("-"),
          std::string(" "),
          digest("first-code"),
          std::string("plai")})
        EXPECT_FALSE(without(stored, presented)) << presented;
    EXPECT_FALSE(without({}, "plain"));
}

TEST_F(FactorSecrets, ACodeThatAnImportHoldsTwiceIsGoodOnce)
{
    auto const left = without({"twice", "other", "TWICE"}, "twice");
    ASSERT_TRUE(left);
    EXPECT_EQ(left->size(), 1U);
}

TEST_F(FactorSecrets, TheStateOfAPasswordChangesWithItAlone)
{
    User user;
    user.id = ann;
    auto const none = password_state(key, user);
    user.password = crypto::StoredPassword{"$2b$10$one", "bcrypt"};
    auto const one = password_state(key, user);
    user.email = "other@example.test";
    EXPECT_EQ(password_state(key, user), one);
    user.password->hash = "$2b$10$two";
    EXPECT_NE(password_state(key, user), one);
    EXPECT_NE(none, one);
    EXPECT_EQ(one.find("$2b$"), std::string::npos);
}

} // namespace
} // namespace gatehouse::domain
