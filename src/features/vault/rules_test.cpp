// The vault's modes and the moves between them, without a database.
#include "features/vault/rules.h"

#include "core/text.h"
#include "crypto/secret_text.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace gatehouse::vault {
namespace {
using domain::Reason;
using domain::UserId;
using domain::Vault;
using domain::WrappedKey;

constexpr auto now = Instant::from_milliseconds(1'795'331'109'123);

class VaultRules : public ::testing::Test {
protected:
    SystemRandom random;
    crypto::KeyEncryptionKey key = crypto::KeyEncryptionKey::mint(random);

    Vault made(std::string const& person = "ann")
    {
        Vault vault;
        vault.user_id = UserId(person);
        keep_key(vault, crypto::mint_master_key(random), key, random);
        return vault;
    }
    static WrappedKey recovery()
    {
        return {to_base64(std::string(48, 'w')), to_base64(std::string(12, 'i'))};
    }
    Vault recoverable()
    {
        auto vault = made();
        EXPECT_TRUE(set_recovery(vault, recovery(), now));
        return vault;
    }
    std::string opened(Vault const& vault) const
    {
        return std::string(open_vault(vault, key).reveal());
    }
    static std::string field_of(domain::Result<> const& result)
    {
        return result || result.error().details.empty() ? "" : result.error().details.front().field;
    }
};

TEST_F(VaultRules, what_is_kept_opens_again_and_carries_its_check)
{
    auto const vault = made();
    ASSERT_TRUE(vault.server_wrap);
    EXPECT_EQ(opened(vault).size(), crypto::master_key_size);
    EXPECT_EQ(vault.wrap_version, 2);
    EXPECT_EQ(vault.kek_id, key.id());
    EXPECT_EQ(vault.key_check, crypto::check_of_master_key(open_vault(vault, key)));
}

TEST_F(VaultRules, a_wrap_moved_to_another_person_does_not_open)
{
    auto stolen = made("ann");
    stolen.user_id = UserId("bea");
    EXPECT_THROW((void)open_vault(stolen, key), std::runtime_error);
}

TEST_F(VaultRules, another_key_encryption_key_or_damage_is_an_outage_and_no_refusal)
{
    auto vault = made();
    auto const other = crypto::KeyEncryptionKey::mint(random);
    EXPECT_THROW((void)open_vault(vault, other), std::runtime_error);
    vault.server_wrap->wrapped = to_base64(std::string(48, 'x'));
    EXPECT_THROW((void)open_vault(vault, key), std::runtime_error);
    vault.server_wrap.reset();
    EXPECT_THROW((void)open_vault(vault, key), std::logic_error);
}

TEST_F(VaultRules, rotating_makes_another_key_and_drops_the_recovery_wrap_of_the_old_one)
{
    auto vault = recoverable();
    auto const old = opened(vault);
    auto const old_check = vault.key_check;
    auto const fresh = rotate(vault, key, random);
    ASSERT_TRUE(fresh);
    EXPECT_EQ(fresh->reveal(), opened(vault));
    EXPECT_NE(opened(vault), old);
    EXPECT_NE(vault.key_check, old_check);
    EXPECT_FALSE(vault.recovery_wrap);
    EXPECT_FALSE(vault.recovery_set_at);
}

TEST_F(VaultRules, a_recovery_wrap_must_be_of_the_right_form)
{
    auto vault = made();
    auto wrap = recovery();
    wrap.wrapped = to_base64(std::string(47, 'w'));
    EXPECT_EQ(field_of(set_recovery(vault, wrap, now)), "recoveryWrappedMk");
    wrap.wrapped = "not base64 at all";
    EXPECT_EQ(field_of(set_recovery(vault, wrap, now)), "recoveryWrappedMk");
    wrap = recovery();
    wrap.iv = to_base64(std::string(16, 'i'));
    EXPECT_EQ(field_of(set_recovery(vault, wrap, now)), "recoveryIv");
    wrap.iv = "";
    EXPECT_EQ(field_of(set_recovery(vault, wrap, now)), "recoveryIv");
    EXPECT_FALSE(vault.recovery_wrap) << "a refused wrap was kept";
    EXPECT_TRUE(set_recovery(vault, recovery(), now));
    EXPECT_EQ(vault.recovery_set_at, now);
}

TEST_F(VaultRules, zero_knowledge_needs_a_recovery_wrap_first)
{
    auto vault = made();
    auto const refused = enable_zero_knowledge(vault);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, Reason::validation);
    EXPECT_TRUE(vault.server_wrap) << "the only wrap was thrown away";
    EXPECT_FALSE(vault.zero_knowledge);
}

TEST_F(VaultRules, zero_knowledge_takes_the_key_from_the_server)
{
    auto vault = recoverable();
    ASSERT_TRUE(enable_zero_knowledge(vault));
    EXPECT_FALSE(vault.server_wrap);
    EXPECT_TRUE(vault.zero_knowledge);
    EXPECT_TRUE(vault.key_check) << "without it nobody could prove the key later";
    ASSERT_TRUE(enable_zero_knowledge(vault)) << "on while on changes nothing";
}

TEST_F(VaultRules, in_zero_knowledge_nothing_may_be_rotated_or_cleared)
{
    auto vault = recoverable();
    ASSERT_TRUE(enable_zero_knowledge(vault));
    auto const rotated = rotate(vault, key, random);
    ASSERT_FALSE(rotated);
    EXPECT_EQ(rotated.error().reason, Reason::zero_knowledge_rotate);
    auto const cleared = clear_recovery(vault);
    ASSERT_FALSE(cleared);
    EXPECT_EQ(cleared.error().reason, Reason::zero_knowledge_active);
    EXPECT_TRUE(vault.recovery_wrap);
}

TEST_F(VaultRules, only_the_key_of_this_vault_switches_zero_knowledge_off)
{
    auto vault = recoverable();
    auto const master = open_vault(vault, key);
    ASSERT_TRUE(enable_zero_knowledge(vault));
    auto const off_with = [&](std::optional<SecretString> const& given) {
        return disable_zero_knowledge(vault, given, key, random);
    };
    EXPECT_EQ(field_of(off_with(std::nullopt)), "masterKey");
    EXPECT_EQ(field_of(off_with(SecretString("too short"))), "masterKey");
    auto const another = crypto::mint_master_key(random);
    EXPECT_EQ(field_of(off_with(crypto::secret_to_base64(another))), "masterKey");
    EXPECT_TRUE(vault.zero_knowledge);
    EXPECT_FALSE(vault.server_wrap);
    ASSERT_TRUE(off_with(crypto::secret_to_base64(master)));
    EXPECT_FALSE(vault.zero_knowledge);
    EXPECT_EQ(opened(vault), master.reveal());
    EXPECT_TRUE(vault.recovery_wrap) << "the recovery code stays good";
    ASSERT_TRUE(off_with(std::nullopt)) << "off while off changes nothing";
}

// An import without a check cannot prove any key: nobody may hand in a key of their own choice.
TEST_F(VaultRules, a_vault_without_a_check_never_leaves_zero_knowledge)
{
    auto vault = recoverable();
    auto const master = open_vault(vault, key);
    ASSERT_TRUE(enable_zero_knowledge(vault));
    vault.key_check.reset();
    EXPECT_FALSE(disable_zero_knowledge(vault, crypto::secret_to_base64(master), key, random));
}

} // namespace
} // namespace gatehouse::vault
