// Encryption vaults: one for each person, made once, saved whole.
#include "domain/vaults.h"
#include "support/store_fixture.h"

namespace gatehouse::testing {
namespace {

using domain::OrganizationId;
using domain::UnitOfWork;
using domain::UserId;
using domain::Vault;
using domain::WrappedKey;

class VaultsStore : public OnStores {
protected:
    void SetUp() override
    {
        OnStores::SetUp();
        add_people();
    }
    static Vault vault(std::string const& wrapped = "wrapped")
    {
        Vault made;
        made.user_id = UserId("ann");
        made.organization_id = OrganizationId("o");
        made.server_wrap = WrappedKey{.wrapped = wrapped, .iv = "iv"};
        made.kek_id = "env-v1";
        made.key_check = "check";
        made.created_at = now;
        made.updated_at = now;
        return made;
    }
    bool insert(Vault const& made)
    {
        return in_unit([&](UnitOfWork& work) -> Async<bool> {
            co_return co_await work.vaults().insert_new(made);
        });
    }
    void save(Vault const& made)
    {
        in_unit([&](UnitOfWork& work) -> Async<void> {
            auto const there
                = co_await work.vaults().find_locked(made.organization_id, made.user_id);
            EXPECT_TRUE(there);
            co_await work.vaults().save(made);
        });
    }
    std::optional<Vault> found(std::string const& who = "ann")
    {
        return in_unit([&](UnitOfWork& work) -> Async<std::optional<Vault>> {
            OrganizationId const where("o");
            UserId const whose(who);
            co_return co_await work.vaults().find(where, whose);
        });
    }
};
INSTANTIATE_ON_BOTH_DATABASES(VaultsStore);

TEST_P(VaultsStore, IsMadeOnceAndTheFirstOneStays)
{
    EXPECT_FALSE(found());
    EXPECT_TRUE(insert(vault("first")));
    EXPECT_FALSE(insert(vault("second")));
    EXPECT_EQ(found()->server_wrap->wrapped, "first");
    EXPECT_FALSE(found("bea"));
}

TEST_P(VaultsStore, EveryMemberComesBackAsSaved)
{
    ASSERT_TRUE(insert(vault()));
    auto changed = vault("fresh");
    changed.wrap_version = 2;
    changed.kek_id = "env-v2";
    changed.key_check = "another";
    changed.recovery_wrap = WrappedKey{.wrapped = "recovery", .iv = "its iv"};
    changed.recovery_set_at = now + 1min;
    changed.updated_at = now + 2min;
    save(changed);
    auto back = found();
    ASSERT_TRUE(back);
    EXPECT_EQ(back->server_wrap->wrapped, "fresh");
    EXPECT_EQ(back->kek_id, "env-v2");
    EXPECT_EQ(back->key_check, "another");
    EXPECT_EQ(back->recovery_wrap->wrapped, "recovery");
    EXPECT_EQ(back->recovery_wrap->iv, "its iv");
    EXPECT_EQ(back->recovery_set_at, now + 1min);
    EXPECT_EQ(back->updated_at, now + 2min);
    EXPECT_EQ(back->created_at, now);

    changed.server_wrap.reset();
    changed.zero_knowledge = true;
    save(changed);
    back = found();
    EXPECT_FALSE(back->server_wrap);
    EXPECT_TRUE(back->zero_knowledge);
}

// The table itself refuses what the rules would never write.
TEST_P(VaultsStore, AVaultWithoutAnyWrapOrWithTheServersInZeroKnowledgeIsRefused)
{
    ASSERT_TRUE(insert(vault()));
    auto without = vault();
    without.server_wrap.reset();
    EXPECT_THROW(save(without), sql::StorageError);
    auto both = vault();
    both.recovery_wrap = WrappedKey{.wrapped = "recovery", .iv = "its iv"};
    both.zero_knowledge = true;
    EXPECT_THROW(save(both), sql::StorageError);
    EXPECT_EQ(found()->server_wrap->wrapped, "wrapped");
}

} // namespace
} // namespace gatehouse::testing
