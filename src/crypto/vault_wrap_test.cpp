// Vault keys: bound to a person, opened by the right key alone, imports too.
#include "crypto/vault_wrap.h"

#include "core/text.h"

#include <gtest/gtest.h>

namespace gatehouse::crypto {
namespace {

KeyEncryptionKey key_of(char byte, std::string id = "env-v1")
{
    return *KeyEncryptionKey::from_base64(
        SecretString(to_base64(std::string(32, byte))), std::move(id)
    );
}

TEST(VaultWrap, has_the_sizes_of_the_columns_and_opens)
{
    SystemRandom random;
    auto const key = key_of('k');
    auto const master = mint_master_key(random);
    auto const wrap = wrap_master_key(key, master, "user-1", random);
    EXPECT_EQ(wrap.wrapped.size(), 64U);
    EXPECT_EQ(wrap.iv.size(), 16U);
    auto const opened = unwrap_master_key(key, wrap, 2, "user-1");
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->reveal(), master.reveal());
    EXPECT_NE(wrap_master_key(key, master, "user-1", random).wrapped, wrap.wrapped);
}

TEST(VaultWrap, a_row_of_somebody_else_or_under_another_key_does_not_open)
{
    SystemRandom random;
    auto const key = key_of('k');
    auto const master = mint_master_key(random);
    auto const wrap = wrap_master_key(key, master, "user-1", random);
    EXPECT_FALSE(unwrap_master_key(key, wrap, 2, "user-2"));
    EXPECT_FALSE(unwrap_master_key(key_of('x'), wrap, 2, "user-1"));
    EXPECT_FALSE(unwrap_master_key(key_of('k', "env-v2"), wrap, 2, "user-1"));
    EXPECT_FALSE(unwrap_master_key(key, wrap, 1, "user-1"));
    EXPECT_FALSE(unwrap_master_key(key, wrap, 3, "user-1"));
    EXPECT_FALSE(unwrap_master_key(key, {wrap.wrapped, wrap.wrapped}, 2, "user-1"));
    EXPECT_FALSE(unwrap_master_key(key, {"", wrap.iv}, 2, "user-1"));
    EXPECT_FALSE(unwrap_master_key(key, {wrap.wrapped, "not base64!"}, 2, "user-1"));
}

TEST(VaultWrap, imported_rows_of_version_1_are_bound_to_nothing_and_open)
{
    SystemRandom random;
    auto const key = key_of('k');
    auto const master = mint_master_key(random);
    auto const sealed = seal(key.key(), master.reveal(), "", random);
    MasterKeyWrap const imported{
        to_base64(sealed.substr(iv_size)), to_base64(sealed.substr(0, iv_size))
    };
    ASSERT_TRUE(unwrap_master_key(key, imported, 1, "anybody"));
    EXPECT_EQ(unwrap_master_key(key, imported, 1, "anybody")->reveal(), master.reveal());
    EXPECT_FALSE(unwrap_master_key(key, imported, 2, "anybody"));
}

TEST(VaultWrap, the_check_recognises_a_key_and_is_fixed_for_ever)
{
    EXPECT_EQ(
        check_of_master_key(SecretString(std::string(32, '\x01'))), "BBWcEJyIMKz61PmYM9EK7g=="
    );
    EXPECT_NE(
        check_of_master_key(SecretString(std::string(32, '\x02'))), "BBWcEJyIMKz61PmYM9EK7g=="
    );
    SystemRandom random;
    EXPECT_THROW(
        (void)wrap_master_key(key_of('k'), SecretString("short"), "u", random),
        std::invalid_argument
    );
}

} // namespace
} // namespace gatehouse::crypto
