// What triggers tell, and a feed that knows when it hears nothing (spec/database §6).
#include "storage/postgres/feed.h"
#include "storage/sql/told_changes.h"
#include "support/test_database.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/types.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace gatehouse::testing {
namespace {

using namespace std::chrono_literals;

bool becomes_true(auto const& condition, std::chrono::milliseconds within = 5s)
{
    auto const end = std::chrono::steady_clock::now() + within;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        std::this_thread::sleep_for(2ms);
    }
    return true;
}

bool on_postgres()
{
    auto const all = databases_to_test();
    return std::ranges::find(all, sql::Dialect::postgres) != all.end();
}

class Hearing {
public:
    explicit Hearing(TestDatabase& database)
        : database_(database)
        , feed_(
              database.url(),
              "",
              [this](std::string_view message) { take(message); },
              [this] { ++losses; },
              postgres::FeedOptions{}
          )
    {
        EXPECT_TRUE(becomes_true([&] { return feed_.is_current(); }));
    }

    // What was told about what `script` does.
    std::set<std::string> told_of(std::string const& script)
    {
        {
            std::scoped_lock const lock(mutex_);
            told_.clear();
        }
        database_.run(script);
        auto const mark = "[\"mark\", \"" + std::to_string(++marks_) + "\", null]";
        database_.run("SELECT pg_notify('gatehouse_invalidate', '" + mark + "')");
        EXPECT_TRUE(becomes_true([&] {
            std::scoped_lock const lock(mutex_);
            return told_.contains(mark);
        }));
        std::scoped_lock const lock(mutex_);
        auto told = told_;
        told.erase(mark);
        return told;
    }

    bool is_current() { return feed_.is_current(); }
    bool has_told(std::string const& message)
    {
        std::scoped_lock const lock(mutex_);
        return told_.contains(message);
    }
    std::atomic<int> losses = 0; // each time it begins to hear

private:
    void take(std::string_view message)
    {
        std::scoped_lock const lock(mutex_);
        told_.insert(std::string(message));
    }

    TestDatabase& database_;
    std::mutex mutex_;
    std::set<std::string> told_;
    int marks_ = 0;
    postgres::Feed feed_;
};

using Told = std::set<std::string>;

class ChangeFeed : public ::testing::Test {
protected:
    void SetUp() override
    {
        ASSERT_TRUE(on_postgres()) << "these tests need PostgreSQL";
        database_ = TestDatabase::make(sql::Dialect::postgres);
        database_->run(
            "INSERT INTO organizations (id, name) VALUES ('o', 'O'), ('p', 'P');"
            "INSERT INTO custom_roles (id, organization_id, name) VALUES ('r', 'o', 'R');"
            "INSERT INTO users (id, organization_id, email, custom_role_id) VALUES "
            "('ann', 'o', 'ann@example.test', 'r'), ('bea', 'o', 'bea@example.test', NULL);"
            "INSERT INTO sessions (id, organization_id, user_id) VALUES ('s1', 'o', 'ann'), "
            "('s2', 'o', 'bea');"
            "INSERT INTO resources (id, organization_id, type, name) VALUES "
            "('c1', 'o', 'client', 'C')"
        );
        hearing_ = std::make_unique<Hearing>(*database_);
    }
    void TearDown() override
    {
        hearing_.reset();
        database_.reset();
    }
    Told told_of(std::string const& script) { return hearing_->told_of(script); }

    std::unique_ptr<TestDatabase> database_;
    std::unique_ptr<Hearing> hearing_;
};

TEST_F(ChangeFeed, TellsOfEachPersonWhoseStandingChanged)
{
    for (std::string const change :
         {"status = 'suspended'",
          "role = 'manager'",
          "custom_role_id = NULL",
          "session_version = session_version + 1",
          "email = 'other@example.test'",
          "email_verified = false",
          "deleted_at = now()",
          "first_name = 'Ada'",
          "two_factor_enabled = true"})
        EXPECT_EQ(
            told_of("UPDATE users SET " + change + " WHERE id = 'ann'"),
            Told{R"(["users", "o", "ann"])"}
        ) << change;
}

TEST_F(ChangeFeed, TellsNothingOfWhatEverySignInMoves)
{
    EXPECT_EQ(told_of("UPDATE users SET last_login_at = now(), two_factor_last_step = 7"), Told{});
    EXPECT_EQ(told_of("UPDATE sessions SET last_seen_at = now() + interval '1 s'"), Told{});
    EXPECT_EQ(told_of("UPDATE users SET role = role"), Told{});
    EXPECT_EQ(
        told_of("INSERT INTO sessions (organization_id, user_id, id) VALUES ('o', 'ann', 'n')"),
        Told{}
    );
}

TEST_F(ChangeFeed, TellsOfSessionsThatEnd)
{
    Told const one{R"(["sessions", "o", "s1"])"};
    for (std::string const change :
         {"logged_out_at = now()",
          "revoked_at = now()",
          "session_version = 7",
          "expires_at = now() - interval '1 s'",
          "absolute_expires_at = now() - interval '1 s'"})
        EXPECT_EQ(told_of("UPDATE sessions SET " + change + " WHERE id = 's1'"), one) << change;
    EXPECT_EQ(told_of("UPDATE user_sessions SET revoked_at = NULL WHERE id = 's1'"), one);
    EXPECT_EQ(told_of("DELETE FROM sessions WHERE id = 's1'"), one);
}

TEST_F(ChangeFeed, TellsOfWhatAPersonIsGivenAndLoses)
{
    Told const granted{R"(["user_permissions", "o", "ann"])"};
    EXPECT_EQ(
        told_of("INSERT INTO user_permissions (organization_id, user_id, permission_id) "
                "VALUES ('o', 'ann', 'users.view')"),
        granted
    );
    EXPECT_EQ(told_of("UPDATE user_permissions SET cell = 'a'"), granted);
    EXPECT_EQ(told_of("DELETE FROM user_permissions"), granted);
    Told const assigned{R"(["assignments", "o", "ann"])"};
    EXPECT_EQ(
        told_of(
            "INSERT INTO assignments (id, organization_id, resource_type, resource_id, user_id) "
            "VALUES ('a', 'o', 'client', 'c1', 'ann')"
        ),
        assigned
    );
    EXPECT_EQ(
        told_of("UPDATE assignments SET user_id = 'bea'"),
        (Told{R"(["assignments", "o", "ann"])", R"(["assignments", "o", "bea"])"})
    );
    EXPECT_EQ(told_of("DELETE FROM assignments"), Told{R"(["assignments", "o", "bea"])"});
}

TEST_F(ChangeFeed, TellsOfRolesAndWhatTheyHold)
{
    Told const held{R"(["custom_role_permissions", "o", "r"])"};
    EXPECT_EQ(
        told_of("INSERT INTO custom_role_permissions (organization_id, role_id, permission_id) "
                "VALUES ('o', 'r', 'users.view')"),
        held
    );
    EXPECT_EQ(told_of("UPDATE custom_role_permissions SET cell = 's'"), held);
    EXPECT_EQ(told_of("UPDATE custom_roles SET name = 'Q'"), Told{R"(["custom_roles", "o", "r"])"});
    EXPECT_EQ(
        told_of("DELETE FROM custom_roles"),
        (Told{
            R"(["custom_roles", "o", "r"])",
            R"(["custom_role_permissions", "o", "r"])",
            R"(["users", "o", "ann"])"
        })
    );
}

TEST_F(ChangeFeed, TellsFromWhereAnOrganizationIsEnteredAndWhatItAsks)
{
    Told const rule{R"(["ip_rules", "o", "i"])"};
    EXPECT_EQ(
        told_of("INSERT INTO ip_rules (id, organization_id, action, network) "
                "VALUES ('i', 'o', 'deny', '192.0.2.0/24')"),
        rule
    );
    EXPECT_EQ(told_of("UPDATE ip_rules SET enabled = false"), rule);
    EXPECT_EQ(told_of("UPDATE ip_rules SET note = 'N'"), Told());
    EXPECT_EQ(told_of("DELETE FROM ip_rules"), rule);
    auto const settings = [](char const* value) {
        return std::string("UPDATE organizations SET settings = '") + value + "' WHERE id = 'o'";
    };
    Told const policy{R"(["organizations", "o", "o"])"};
    EXPECT_EQ(told_of(settings(R"({"security":{"secondFactorRequired":true}})")), policy);
    EXPECT_EQ(
        told_of(settings(R"({"security":{"secondFactorRequired":true},"theme":"dark"})")), Told()
    );
    EXPECT_EQ(told_of(settings("{}")), policy);
    EXPECT_EQ(told_of("UPDATE organizations SET name = 'N'"), Told());
    EXPECT_TRUE(told_of("TRUNCATE ip_rules").contains(R"(["ip_rules", null, null])"));
}

TEST_F(ChangeFeed, TellsOfWhatGoesWithAPersonAResourceAndAnOrganization)
{
    database_->run("INSERT INTO assignments (id, organization_id, resource_type, resource_id, "
                   "user_id) VALUES ('a', 'o', 'client', 'c1', 'bea')");
    EXPECT_EQ(
        told_of("DELETE FROM resources WHERE id = 'c1'"),
        (Told{R"(["resources", "o", "c1"])", R"(["assignments", "o", "bea"])"})
    );
    EXPECT_EQ(
        told_of("DELETE FROM users WHERE id = 'ann'"),
        (Told{R"(["users", "o", "ann"])", R"(["sessions", "o", "s1"])"})
    );
    auto const all = told_of("DELETE FROM organizations WHERE id = 'o'");
    EXPECT_TRUE(all.contains(R"(["users", "o", "bea"])"));
    EXPECT_TRUE(all.contains(R"(["sessions", "o", "s2"])"));
}

TEST_F(ChangeFeed, TellsOfWholeOrganizationsBeyondAHundredRowsAndOfAllBeyondAHundredOfThose)
{
    database_->run("INSERT INTO users (id, organization_id, email) SELECT 'u' || n, 'p', "
                   "'u' || n || '@example.test' FROM generate_series(1, 101) n");
    EXPECT_EQ(
        told_of("UPDATE users SET role = 'admin' WHERE organization_id = 'p' AND id <> 'u1'")
            .size(),
        100U
    );
    EXPECT_EQ(
        told_of("UPDATE users SET role = 'owner' WHERE organization_id = 'p'"),
        Told{R"(["users", "p", null])"}
    );
    database_->run("INSERT INTO organizations (id, name) SELECT 'm' || n, 'M' FROM "
                   "generate_series(1, 101) n;"
                   "INSERT INTO users (id, organization_id, email) SELECT 'w' || n, 'm' || n, "
                   "'w@example.test' FROM generate_series(1, 101) n");
    EXPECT_EQ(told_of("UPDATE users SET role = 'manager'"), Told{R"(["users", null, null])"});
    EXPECT_EQ(told_of("TRUNCATE sessions CASCADE"), Told{R"(["sessions", null, null])"});
}

TEST_F(ChangeFeed, AnIdThatFitsInNoMessageNeitherFailsTheChangeNorHidesIt)
{
    database_->run("INSERT INTO users (id, organization_id, email) VALUES "
                   "(repeat('x', 9000), 'p', 'x@example.test')");
    EXPECT_EQ(
        told_of("UPDATE users SET role = 'admin' WHERE organization_id = 'p'"),
        Told{R"(["users", null, null])"}
    );
}

// A connection that the server ends, as a restart or a failover does.
TEST_F(ChangeFeed, SaysThatItHearsNothingWhenItsConnectionIsCutAndHearsAgain)
{
    EXPECT_EQ(hearing_->losses, 1);
    auto const cut = std::chrono::steady_clock::now();
    database_->run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                   "WHERE application_name = 'gatehouse feed' AND datname = current_database()");
    EXPECT_TRUE(becomes_true([&] { return !hearing_->is_current(); }));
    EXPECT_LT(std::chrono::steady_clock::now() - cut, 1s);
    EXPECT_TRUE(becomes_true([&] { return hearing_->is_current(); }));
    EXPECT_EQ(hearing_->losses, 2) << "what was committed meanwhile must be read again";
}

TEST_F(ChangeFeed, TrustsNothingWhileOneOfTheTriggersTellsNothing)
{
    for (auto const* const trigger :
         {"users_updated_told ON auth.users", "ip_rules_deleted_told ON auth.ip_rules"}) {
        auto const name = std::string(trigger);
        auto const on = name.find(" ON ");
        auto const switched = [&](std::string const& how) {
            database_->run(
                "ALTER TABLE " + name.substr(on + 4) + how + " TRIGGER " + name.substr(0, on)
            );
        };
        auto const losses = hearing_->losses.load();
        switched(" DISABLE");
        auto const silent = std::chrono::steady_clock::now();
        EXPECT_TRUE(becomes_true([&] { return !hearing_->is_current(); })) << trigger;
        EXPECT_LT(std::chrono::steady_clock::now() - silent, 1s);
        database_->run("UPDATE users SET role = 'admin' WHERE id = 'ann'");
        EXPECT_FALSE(hearing_->is_current());
        switched(" ENABLE");
        EXPECT_TRUE(becomes_true([&] { return hearing_->is_current(); })) << trigger;
        EXPECT_GT(hearing_->losses, losses) << "what was not told must be read again";
    }
}

// A server that no longer answers, without any end of the connection.
TEST_F(ChangeFeed, TrustRunsOutByItselfWhenNothingIsHeardAnyMore)
{
    auto const found = database_->query(
        "SELECT pid::bigint FROM pg_stat_activity "
        "WHERE application_name = 'gatehouse feed' AND datname = current_database()"
    );
    auto const backend = static_cast<pid_t>(found.front().integer(0));
    ASSERT_EQ(::kill(backend, SIGSTOP), 0);
    auto const silent = std::chrono::steady_clock::now();
    EXPECT_TRUE(becomes_true([&] { return !hearing_->is_current(); }));
    EXPECT_LT(std::chrono::steady_clock::now() - silent, 1s);
    database_->run("UPDATE users SET role = 'admin' WHERE id = 'ann'");
    ASSERT_EQ(::kill(backend, SIGCONT), 0);
    EXPECT_TRUE(becomes_true([&] { return hearing_->is_current(); }));
    EXPECT_TRUE(hearing_->losses > 1 || hearing_->has_told(R"(["users", "o", "ann"])"))
        << "current again without what was committed meanwhile";
}

TEST(ToldChanges, WhatIsNotUnderstoodIsTakenForEverything)
{
    class Source final : public ChangeSource {
        bool is_current() noexcept override { return true; }
    } source;
    Changes changes;
    changes.follow(source);
    for (std::string const message :
         {"",
          "users",
          "{}",
          "[]",
          R"(["users"])",
          R"(["users", "o", "ann", "more"])",
          R"([7, "o", "ann"])",
          R"(["planets", "o", "x"])",
          R"(["users", null, null])"}) {
        auto const before = changes.moment().value();
        sql::note_told(changes, message);
        EXPECT_FALSE(changes.stands(before, {'u', "anybody"})) << message;
    }
    auto const before = changes.moment().value();
    sql::note_told(changes, R"(["users", "o", "ann"])");
    EXPECT_FALSE(changes.stands(before, {'u', "ann"}));
    EXPECT_TRUE(changes.stands(before, {'u', "bea"}));
    sql::note_told(changes, R"(["sessions", "o", null])");
    EXPECT_FALSE(changes.stands(before, {'o', "o"}));
}

} // namespace
} // namespace gatehouse::testing
