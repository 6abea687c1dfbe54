// Changing the people of an organization: what each change touches, whom lists show.
#include "domain/members.h"
#include "support/store_fixture.h"

namespace gatehouse::testing {
namespace {

using domain::CanonicalAddress;
using domain::MemberFilter;
using domain::MemberSort;
using domain::MemberWindow;
using domain::OrganizationId;
using domain::ProfileChange;
using domain::Role;
using domain::UnitOfWork;
using domain::User;
using domain::UserId;
using domain::UserStatus;

class MembersStore : public OnStores {
protected:
    void SetUp() override
    {
        OnStores::SetUp();
        add_organization("p");
        add_people(); // ann and bea of o
    }
    OrganizationId const o = OrganizationId("o");
    UserId const ann = UserId("ann");

    template <class Do> auto with_members(Do what)
    {
        return in_unit([&](UnitOfWork& work) { return what(work.members()); });
    }
    bool change(ProfileChange const& what, Instant at = now + 1s, char const* where = "o")
    {
        return with_members([&](domain::Members& members) {
            return members.change(OrganizationId(where), ann, what, at);
        });
    }
    User reading()
    {
        auto found = in_unit([&](UnitOfWork& work) { return work.users().find(o, ann); });
        return found.value_or(User());
    }
    std::vector<std::string> listed(MemberFilter const& filter, MemberWindow window = {})
    {
        if (window.limit == 0)
            window.limit = 100;
        auto const people = with_members([&](domain::Members& members) {
            return members.list(o, filter, window);
        });
        auto const counted
            = with_members([&](domain::Members& members) { return members.count(o, filter); });
        std::vector<std::string> ids;
        for (auto const& person : people)
            ids.push_back(person.id.text());
        if (window.offset == 0 && window.limit == 100) {
            EXPECT_EQ(counted, static_cast<std::int64_t>(ids.size()));
        }
        return ids;
    }
    using Ids = std::vector<std::string>;
    Ids walked(domain::MemberWalk walk)
    {
        Ids met;
        do {
            auto const batch = with_members([&](domain::Members& members) {
                return members.walk(o, MemberFilter(), walk);
            });
            for (auto const& one : batch.people)
                met.push_back(one.id.text());
            walk.after = batch.next;
        } while (walk.after && met.size() < 20);
        return met;
    }
};
INSTANTIATE_ON_BOTH_DATABASES(MembersStore);

TEST_P(MembersStore, AChangeTouchesTheNamedColumnsAlone)
{
    ASSERT_TRUE(change({.first_name = "Ann", .last_name = "Other"}));
    ASSERT_TRUE(change({.first_name = std::optional<std::string>()}, now + 2s));
    auto const person = reading();
    EXPECT_EQ(person.first_name, std::nullopt);
    EXPECT_EQ(person.last_name, "Other");
    EXPECT_EQ(person.email, "ann@example.test");
    EXPECT_EQ(person.updated_at, now + 2s);
    EXPECT_FALSE(change({.first_name = "Ann"}, now, "p")) << "another organization";
}

TEST_P(MembersStore, AnotherMailboxIsNotProvenByTheOldOne)
{
    outside().query("UPDATE users SET mailbox_proven_at = $1", sql::values(now));
    ASSERT_TRUE(change({.email = "ANN@example.test"}));
    EXPECT_EQ(reading().mailbox_proven_at, now);
    ASSERT_TRUE(change({.email = "new@example.test", .forgets_proof = true}));
    EXPECT_EQ(reading().mailbox_proven_at, std::nullopt);
}

TEST_P(MembersStore, OnlyTheAddressThatWaitsIsConfirmed)
{
    auto const confirm = [&](std::string const& email) {
        return with_members([&](domain::Members& members) {
            return members.confirm_address(o, ann, email, now);
        });
    };
    EXPECT_FALSE(confirm("new@example.test"));
    ASSERT_TRUE(change({.pending_email = "new@example.test"}));
    EXPECT_FALSE(confirm("other@example.test"));
    EXPECT_TRUE(confirm("new@example.test"));
    auto const person = reading();
    EXPECT_EQ(person.email, "new@example.test");
    EXPECT_EQ(person.pending_email, std::nullopt);
    EXPECT_EQ(person.mailbox_proven_at, now);
    EXPECT_FALSE(confirm("new@example.test"));
}

TEST_P(MembersStore, WhoIsRemovedIsSeenByNobodyAndTheAddressIsFree)
{
    auto const remove = [&] {
        return with_members([&](domain::Members& members) { return members.remove(o, ann, now); });
    };
    EXPECT_TRUE(remove());
    EXPECT_FALSE(remove());
    EXPECT_FALSE(change({.first_name = "Ghost"}));
    EXPECT_EQ(listed({}), Ids({"bea"}));
    EXPECT_EQ(count("users WHERE id = 'ann' AND deleted_at IS NOT NULL"), 1);
    auto again = person("ann-again");
    again.email = "Ann@example.test";
    EXPECT_TRUE(add(again));
}

TEST_P(MembersStore, ListsFilterSearchAndSort)
{
    auto caesar = person("caesar");
    caesar.first_name = "Ärni 100%";
    caesar.last_name = "Zoe_Smith";
    caesar.role = Role::manager;
    caesar.status = UserStatus::suspended;
    caesar.created_at = now - 1h;
    ASSERT_TRUE(add(caesar));
    auto foreign = person("dora", "p");
    ASSERT_TRUE(add(foreign));
    EXPECT_EQ(listed({}), Ids({"caesar", "ann", "bea"}));
    EXPECT_EQ(listed({}, {.descending = true}), Ids({"bea", "ann", "caesar"}));
    EXPECT_EQ(listed({}, {.sort = MemberSort::email}), Ids({"ann", "bea", "caesar"}));
    EXPECT_EQ(
        listed({}, {.sort = MemberSort::last_name, .descending = true}),
        Ids({"caesar", "bea", "ann"})
    );
    EXPECT_EQ(listed({}, {.sort = MemberSort::email, .limit = 1, .offset = 1}), Ids({"bea"}));
    EXPECT_EQ(listed({.role = Role::manager}), Ids({"caesar"}));
    EXPECT_EQ(listed({.status = UserStatus::active}), Ids({"ann", "bea"}));
    EXPECT_EQ(listed({.role = Role::manager, .status = UserStatus::active}), Ids());
    EXPECT_EQ(listed({.search = "BEA@"}), Ids({"bea"}));
    EXPECT_EQ(listed({.search = "100% ZOE_"}), Ids({"caesar"})) << "across the two names";
    EXPECT_EQ(listed({.search = "%"}), Ids({"caesar"})) << "no pattern";
    EXPECT_EQ(listed({.search = "' OR '1'='1"}), Ids());
}

TEST_P(MembersStore, SomeByTheirIdsAreTheLiveOnesOfTheOrganization)
{
    ASSERT_TRUE(add(person("gone")));
    outside().query("UPDATE users SET deleted_at = $1 WHERE id = 'gone'", sql::values(now));
    ASSERT_TRUE(add(person("dora", "p")));
    auto const among = [&](std::vector<UserId> ids) {
        Ids met;
        for (auto const& one : with_members([&](domain::Members& members) {
                 return members.among(o, std::move(ids));
             }))
            met.push_back(one.id.text());
        return met;
    };
    EXPECT_EQ(
        among({UserId("bea"), UserId("gone"), UserId("dora"), UserId("nobody"), ann, ann}),
        Ids({"ann", "bea"})
    );
    EXPECT_EQ(among({UserId("' OR '1'='1"), UserId("{bea}"), UserId("NULL")}), Ids());
    EXPECT_EQ(among({}), Ids());
}

// Times may be finer than a millisecond where others wrote them.
TEST_P(MembersStore, AWalkMeetsEverybodyOnce)
{
    for (int each = 0; each < 7; ++each)
        ASSERT_TRUE(add(person("more" + std::to_string(each))));
    if (on_postgres())
        outside().run("UPDATE users SET created_at = '2026-11-22T07:05:09.123456Z' "
                      "WHERE id <> 'bea'");
    outside().run("UPDATE users SET first_name = 'Same' WHERE id LIKE 'more%'");
    for (auto const sort :
         {MemberSort::created_at, MemberSort::email, MemberSort::first_name, MemberSort::last_name})
        for (bool const descending : {false, true})
            for (std::int64_t const limit : {1, 3, 9, 10})
                EXPECT_EQ(
                    walked({.sort = sort, .descending = descending, .limit = limit}),
                    listed({}, {.sort = sort, .descending = descending, .limit = 100})
                ) << "sort "
                  << static_cast<int>(sort) << (descending ? " down" : " up") << ", in batches of "
                  << limit;
}

TEST_P(MembersStore, FoundByAddressInTheOwnOrganizationAlone)
{
    auto const find = [&](std::string const& address, char const* where) {
        return with_members([&](domain::Members& members) {
            return members.find_by_address(OrganizationId(where), CanonicalAddress(address));
        });
    };
    EXPECT_TRUE(find(" ANN@example.test ", "o"));
    EXPECT_FALSE(find("ann@example.test", "p"));
}

TEST_P(MembersStore, OwnersThatCountAreActiveAndLive)
{
    auto const beside_ann = [&] {
        return with_members([&](domain::Members& members) {
            return members.active_owners_beside(o, ann);
        });
    };
    outside().run("UPDATE users SET role = 'owner'");
    EXPECT_EQ(beside_ann(), 1);
    outside().run("UPDATE users SET status = 'suspended' WHERE id = 'bea'");
    EXPECT_EQ(beside_ann(), 0);
}

TEST_P(MembersStore, TheOwnerOfAnOrganizationIsAlwaysOneWhoOwnsIt)
{
    auto const settled = [&] {
        in_unit([&](UnitOfWork& work) { return work.organizations().settle_owner(o, now + 1s); });
        return outside()
            .query("SELECT owner_id FROM organizations WHERE id = 'o'")
            .front()
            .optional_text(0)
            .value_or("");
    };
    EXPECT_EQ(settled(), "") << "nobody owns it";
    outside().run("UPDATE users SET role = 'owner'");
    EXPECT_EQ(settled(), "ann");
    outside().run("UPDATE users SET role = 'admin' WHERE id = 'ann'");
    EXPECT_EQ(settled(), "bea");
    outside().run("UPDATE users SET role = 'owner' WHERE id = 'ann'");
    EXPECT_EQ(settled(), "bea") << "who owns it stays";
}

TEST_P(MembersStore, APersonalOrganizationIsNamedOnce)
{
    outside().run("UPDATE organizations SET kind = 'personal' WHERE id = 'o'");
    auto const name = [&](std::string const& text) {
        return in_unit([&](UnitOfWork& work) {
            domain::Organization const named{.id = o, .name = text, .created_at = now};
            return work.organizations().name_personal(named, now);
        });
    };
    EXPECT_TRUE(name("First"));
    EXPECT_FALSE(name("Second"));
    EXPECT_EQ(count("organizations WHERE id = 'o' AND name = 'First' AND kind = 'business'"), 1);
}

} // namespace
} // namespace gatehouse::testing
