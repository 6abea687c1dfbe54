// The people of one organization: what may be added, and what each change touches.
#include "domain/directory.h"
#include "support/store_fixture.h"

namespace gatehouse::testing {
namespace {

using domain::OrganizationId;
using domain::UnitOfWork;
using domain::User;
using domain::UserId;

class UsersStore : public OnStores {
protected:
    void SetUp() override
    {
        OnStores::SetUp();
        add_organization("o");
        add_organization("p");
    }
    std::optional<User> found(std::string const& id, std::string const& organization = "o")
    {
        return in_unit([&](UnitOfWork& work) -> Async<std::optional<User>> {
            OrganizationId const where(organization);
            UserId const who(id);
            co_return co_await work.users().find(where, who);
        });
    }
    // Does something to `ann` of `o`.
    template <class Do> auto change(Do what)
    {
        return in_unit([&](UnitOfWork& work) {
            return what(work.users(), OrganizationId("o"), UserId("ann"));
        });
    }
};
INSTANTIATE_ON_BOTH_DATABASES(UsersStore);

TEST_P(UsersStore, APersonComesBackAsAdded)
{
    auto ann = person("ann");
    ann.email = "Ann@Example.test";
    ann.email_verified = false;
    ann.mailbox_proven_at = now - 1h;
    ann.self_registered = true;
    ann.name = "Ann \U0001F511 <b>'\"";
    ann.first_name = "Ann";
    ann.role = domain::Role::manager;
    ann.status = domain::UserStatus::suspended;
    ann.password = crypto::StoredPassword{.hash = "$2b$04$x", .scheme = "bcrypt"};
    ASSERT_TRUE(add(ann));
    auto const back = found("ann");
    ASSERT_TRUE(back);
    EXPECT_EQ(back->email, "Ann@Example.test");
    EXPECT_FALSE(back->email_verified);
    EXPECT_EQ(back->mailbox_proven_at, now - 1h);
    EXPECT_TRUE(back->self_registered);
    EXPECT_EQ(back->name, ann.name);
    EXPECT_EQ(back->last_name, std::nullopt);
    EXPECT_EQ(back->role, domain::Role::manager);
    EXPECT_EQ(back->status, domain::UserStatus::suspended);
    EXPECT_EQ(back->password, ann.password);
    EXPECT_EQ(back->session_version, 1);
    EXPECT_EQ(back->created_at, now);
    EXPECT_EQ(back->deleted_at, std::nullopt);
}

TEST_P(UsersStore, AnAddressIsTakenOnceInAnOrganizationInAnySpelling)
{
    ASSERT_TRUE(add(person("ann")));
    auto again = person("other");
    again.email = "ANN@example.TEST";
    EXPECT_FALSE(add(again));
    again.organization_id = OrganizationId("p");
    EXPECT_TRUE(add(again)) << "another organization is another matter";
}

TEST_P(UsersStore, AndOnceAmongThoseWhoRegisteredThemselvesAnywhere)
{
    auto first = person("ann");
    first.self_registered = true;
    ASSERT_TRUE(add(first));
    auto second = person("other", "p");
    second.email = first.email;
    second.self_registered = true;
    EXPECT_FALSE(add(second));
    outside().run("UPDATE users SET deleted_at = created_at WHERE id = 'ann'");
    EXPECT_TRUE(add(second)) << "deleting frees the address";
}

TEST_P(UsersStore, OneIsFoundOnlyInTheirOwnOrganizationAndWhileAlive)
{
    ASSERT_TRUE(add(person("ann")));
    EXPECT_TRUE(found("ann"));
    EXPECT_FALSE(found("ann", "p"));
    EXPECT_FALSE(found("' OR '1'='1"));
    outside().run("UPDATE users SET deleted_at = created_at");
    EXPECT_FALSE(found("ann"));
}

TEST_P(UsersStore, AMailboxIsProvenOnceAndKeepsItsFirstTime)
{
    auto ann = person("ann");
    ann.email_verified = false;
    ASSERT_TRUE(add(ann));
    auto const prove_at = [&](Instant at) {
        return change([at](auto& users, OrganizationId where, UserId who) -> Async<bool> {
            co_return co_await users.prove_mailbox(where, who, at);
        });
    };
    EXPECT_TRUE(prove_at(now));
    EXPECT_FALSE(prove_at(now + 1h));
    EXPECT_EQ(found("ann")->mailbox_proven_at, now);
    EXPECT_TRUE(found("ann")->email_verified);
    outside().run("UPDATE users SET email_verified = false");
    EXPECT_TRUE(prove_at(now + 2h)) << "unverified by SQL: proven again";
    EXPECT_EQ(found("ann")->mailbox_proven_at, now);
}

TEST_P(UsersStore, AHashIsExchangedOnlyWhileItIsTheOneThatWasVerified)
{
    auto ann = person("ann");
    ann.password = crypto::StoredPassword{.hash = "old", .scheme = {}};
    ASSERT_TRUE(add(ann));
    crypto::StoredPassword const fresh{.hash = "new", .scheme = "bcrypt"};
    auto const exchange = [&](std::string const& old) {
        return change([=](auto& users, OrganizationId where, UserId who) -> Async<bool> {
            co_return co_await users.upgrade_password(where, who, old, fresh);
        });
    };
    EXPECT_FALSE(exchange("another"));
    EXPECT_EQ(found("ann")->password->hash, "old");
    EXPECT_TRUE(exchange("old"));
    EXPECT_EQ(found("ann")->password, fresh);
    EXPECT_FALSE(exchange("old"));
}

TEST_P(UsersStore, ChangesTouchThisPersonAlone)
{
    ASSERT_TRUE(add(person("ann")));
    ASSERT_TRUE(add(person("bea")));
    change([](auto& users, OrganizationId where, UserId who) -> Async<void> {
        co_await users.note_login(where, who, now + 1s);
        co_await users.raise_session_version(where, who, now + 2s);
        co_await users.raise_session_version(where, who, now + 3s);
        crypto::StoredPassword const password{.hash = "h", .scheme = "bcrypt"};
        co_await users.replace_password(where, who, password, now + 4s);
        std::optional<std::string> const shown("shown");
        std::optional<Instant> const until(now + 1h);
        co_await users.mirror_reset(where, who, shown, until);
    });
    auto const ann = found("ann");
    EXPECT_EQ(ann->last_login_at, now + 1s);
    EXPECT_EQ(ann->session_version, 3);
    EXPECT_EQ(ann->password->hash, "h");
    EXPECT_EQ(ann->updated_at, now + 4s);
    auto const bea = found("bea");
    EXPECT_EQ(bea->last_login_at, std::nullopt);
    EXPECT_EQ(bea->session_version, 1);
    EXPECT_EQ(bea->password, std::nullopt);
    EXPECT_EQ(bea->updated_at, now);
    EXPECT_EQ(count("users WHERE reset_token = 'shown'"), 1);
    EXPECT_EQ(count("users WHERE password_changed_at IS NOT NULL"), 1);
}

// A status that this release does not know must not let anybody in.
TEST_P(UsersStore, CandidatesComeOldestFirstAndOnlyTheLiving)
{
    for (auto const* const organization : {"a", "b", "c", "d"})
        add_organization(organization);
    int minute = 10;
    for (auto const* const organization : {"d", "b", "c", "a"}) {
        auto one = person(std::string("ann-") + organization, organization);
        one.email = "Ann@example.test";
        one.created_at = now - std::chrono::minutes(minute--);
        ASSERT_TRUE(add(one));
    }
    outside().run("UPDATE users SET deleted_at = created_at WHERE id = 'ann-c'");
    auto const candidates = in_unit([](UnitOfWork& work) -> Async<std::vector<domain::Candidate>> {
        domain::CanonicalAddress const address(" ANN@example.test");
        co_return co_await work.directory().live_users(address, 2);
    });
    ASSERT_EQ(candidates.size(), 2U);
    EXPECT_EQ(candidates[0].user.id, UserId("ann-d"));
    EXPECT_EQ(candidates[0].organization_name, "Organization d");
    EXPECT_EQ(candidates[1].user.id, UserId("ann-b"));
}

TEST_P(UsersStore, ReplacesAProvenPasswordOnceAndForLivePeopleAlone)
{
    EXPECT_TRUE(add(person("ann")));
    outside().query("UPDATE users SET password_hash = 'old', reset_token = 'link' WHERE id = 'ann'"
    );
    auto const changed = [&](std::string const& old_hash, std::string const& fresh) {
        return in_unit([&](UnitOfWork& work) -> Async<bool> {
            OrganizationId const where("o");
            UserId const whose("ann");
            crypto::StoredPassword password;
            password.hash = fresh;
            co_return co_await work.users().change_password(where, whose, old_hash, password, now);
        });
    };
    EXPECT_FALSE(changed("another", "new"));
    EXPECT_TRUE(changed("old", "new"));
    EXPECT_FALSE(changed("old", "newer")) << "somebody else was first";
    EXPECT_EQ(
        count("users WHERE id = 'ann' AND password_hash = 'new' AND reset_token IS NULL "
              "AND password_changed_at IS NOT NULL AND session_version = 1"),
        1
    );
    outside().query("UPDATE users SET deleted_at = created_at WHERE id = 'ann'");
    EXPECT_FALSE(changed("new", "newest"));
}

TEST_P(UsersStore, ListsBeginBehindAnIdAndHoldOnlyTheLiving)
{
    for (auto const* const id : {"d", "b", "a", "c", "e"})
        ASSERT_TRUE(add(person(id, id == std::string("c") ? "p" : "o")));
    outside().run("UPDATE users SET deleted_at = created_at WHERE id = 'd'");
    auto const listed = [&](std::optional<OrganizationId> in, char const* after) {
        auto const found = in_unit([&](UnitOfWork& work) -> Async<std::vector<User>> {
            UserId const behind(after);
            co_return co_await work.directory().people_behind(in, behind, 2);
        });
        std::string ids;
        for (auto const& one : found)
            ids += one.id.text();
        return ids;
    };
    EXPECT_EQ(listed(std::nullopt, ""), "ab");
    EXPECT_EQ(listed(std::nullopt, "b"), "ce");
    EXPECT_EQ(listed(std::nullopt, "e"), "");
    EXPECT_EQ(listed(OrganizationId("o"), "b"), "e");
    EXPECT_EQ(listed(OrganizationId("p"), ""), "c");
    auto const organizations
        = in_unit([](UnitOfWork& work) -> Async<std::vector<domain::Organization>> {
              OrganizationId const behind("o");
              co_return co_await work.directory().organizations_behind(behind, 5);
          });
    ASSERT_EQ(organizations.size(), 1U);
    EXPECT_EQ(organizations[0].id, OrganizationId("p"));
}

} // namespace
} // namespace gatehouse::testing
