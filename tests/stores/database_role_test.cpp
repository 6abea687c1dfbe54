// The restricted role: made and granted where that is allowed, asked for in one line where not.
#include "domain/storage.h"
#include "storage/sql/stores.h"
#include "stores/postgres_fixture.h"
#include "support/making_databases.h"

#include <atomic>
#include <barrier>
#include <thread>

namespace gatehouse::testing {
namespace {

using postgres::prepare_role;
using postgres::RoleRefused;
using postgres::trouble_with_role;
using sql::Scope;

class DatabaseRole : public PostgresFixture {
protected:
    void TearDown() override
    {
        database_.reset();
        for (auto const& name : made_)
            if (!store_->query("SELECT 1 FROM pg_roles WHERE rolname = $1", sql::values(name))
                     .empty())
                store_->run(
                    "REASSIGN OWNED BY " + name + " TO CURRENT_USER; DROP OWNED BY " + name
                    + "; DROP ROLE " + name
                );
        PostgresFixture::TearDown();
    }

    // A name that is nobody's yet; whoever has it at the end is removed.
    std::string name() { return made_.emplace_back(fresh_name()); }
    std::string somebody(std::string const& attributes)
    {
        auto made = name();
        store_->run("CREATE ROLE " + made + " " + attributes);
        return made;
    }
    // Somebody who owns the database and all that is in it.
    std::string owner(std::string const& attributes)
    {
        auto made = somebody("LOGIN " + attributes);
        store_->run(
            "DO $$ DECLARE each record; BEGIN "
            "EXECUTE format('ALTER DATABASE %I OWNER TO "
            + made
            + "', current_database()); "
              "ALTER SCHEMA auth OWNER TO "
            + made
            + "; "
              "ALTER TYPE auth.user_role OWNER TO "
            + made
            + "; "
              "FOR each IN SELECT oid::regclass AS it FROM pg_class WHERE relnamespace = "
              "'auth'::regnamespace AND relkind IN ('r', 'v') LOOP "
              "EXECUTE format('ALTER TABLE %s OWNER TO "
            + made
            + "', each.it); END LOOP; "
              "FOR each IN SELECT oid::regprocedure AS it FROM pg_proc WHERE pronamespace = "
              "'auth'::regnamespace LOOP "
              "EXECUTE format('ALTER FUNCTION %s OWNER TO "
            + made + "', each.it); END LOOP; END $$"
        );
        return made;
    }
    std::string url_of(std::string const& user)
    {
        auto url = store_->url();
        auto const begin = url.find("://") + 3;
        return url.replace(begin, url.find('@') - begin, user);
    }
    std::unique_ptr<sql::SchemaConnection> connect(std::string const& user)
    {
        return postgres::open_schema(url_of(user));
    }
    std::string refusal(sql::SchemaConnection& connection, std::string const& role)
    {
        try {
            prepare_role(connection, role);
        } catch (RoleRefused const& refused) {
            return refused.what();
        }
        return "";
    }
    void serve_as(std::string const& user, std::string const& role)
    {
        database_ = postgres::open(
            url_of(user),
            {.connections = 1, .limits = postgres::Limits(), .role = role, .engine = {}}
        );
    }
    bool wall_stands()
    {
        auto const storage = sql::make_storage(*database_, random_);
        return run(storage->probe_second_wall());
    }
    std::string wall_trouble()
    {
        try {
            wall_stands();
        } catch (sql::StorageError const& error) {
            return error.what();
        }
        return "";
    }

    SystemRandom random_;
    std::vector<std::string> made_;
};
INSTANTIATE_ON_POSTGRES(DatabaseRole);

TEST_P(DatabaseRole, IsMadeByWhoeverMayMakeRoles)
{
    auto const user = owner("CREATEROLE");
    auto const role = name();
    prepare_role(*connect(user), role);
    auto const row = store_->query(
        "SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = "
        "$1",
        sql::values(role)
    );
    for (std::size_t at = 0; at < 4; ++at)
        EXPECT_FALSE(row.front().boolean(at)) << at;
    serve_as(user, role);
    insert_and_commit("a");
    EXPECT_EQ(count(), 1);
    EXPECT_TRUE(wall_stands());
    EXPECT_EQ(trouble_with_role(*connect(user), role), "");
}

TEST_P(DatabaseRole, IsAskedForInOneLineOfSqlWhereItMayNotBeMade)
{
    auto const user = owner("");
    auto const role = name();
    auto const connection = connect(user);
    auto const line = refusal(*connection, role);
    auto const sql
        = "CREATE ROLE \"" + role + "\" NOLOGIN; GRANT \"" + role + "\" TO \"" + user + "\";";
    EXPECT_TRUE(line.ends_with("let who may run: " + sql)) << line;
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_NE(trouble_with_role(*connection, role).find("gatehouse migrate"), std::string::npos);
    store_->run(sql);
    prepare_role(*connection, role);
    serve_as(user, role);
    insert_and_commit("a");
    EXPECT_TRUE(wall_stands());
}

TEST_P(DatabaseRole, MadeBeforehandOnlyItsMembershipMayLack)
{
    auto const user = owner("");
    auto const role = somebody("NOLOGIN");
    auto const connection = connect(user);
    auto const line = refusal(*connection, role);
    EXPECT_EQ(line.find("CREATE ROLE"), std::string::npos) << line;
    EXPECT_NE(line.find("GRANT \"" + role + "\" TO \"" + user + "\""), std::string::npos) << line;
    store_->run("GRANT " + role + " TO " + user);
    EXPECT_EQ(refusal(*connection, role), "");
}

// The strictest way to run: the owner migrates, and the server's own user owns nothing.
TEST_P(DatabaseRole, AUserWhoOwnsNothingServesWhatTheOwnerPrepared)
{
    auto const role = name();
    auto const user = somebody("LOGIN");
    prepare_role(*store_->connect(), role);
    EXPECT_NE(refusal(*connect(user), role), "");
    store_->run("GRANT " + role + " TO " + user);
    auto const connection = connect(user);
    auto const done = sql::migrate(*connection, sql::migrations(sql::Dialect::postgres));
    EXPECT_EQ(done.schema.state, sql::SchemaState::current) << done.schema.line;
    EXPECT_EQ(refusal(*connection, role), "");
    serve_as(user, role);
    insert_and_commit("a");
    EXPECT_TRUE(wall_stands());
}

TEST_P(DatabaseRole, OneThatIsNotBoundIsRefused)
{
    auto const user = owner("");
    auto const member = somebody("NOLOGIN");
    store_->run("GRANT " + user + " TO " + member);
    auto const superuser = store_->query("SELECT session_user::text").front().text(0);
    auto const connection = store_->connect();
    EXPECT_NE(refusal(*connection, superuser).find("is a superuser"), std::string::npos);
    EXPECT_NE(refusal(*connection, user).find("owns the tables"), std::string::npos);
    EXPECT_NE(refusal(*connection, member).find("owns the tables"), std::string::npos);
    auto const bypassing = somebody("NOLOGIN BYPASSRLS");
    EXPECT_NE(refusal(*connection, bypassing).find("BYPASSRLS"), std::string::npos);
    EXPECT_NE(trouble_with_role(*connection, bypassing).find("BYPASSRLS"), std::string::npos);
}

TEST_P(DatabaseRole, ManyNodesMayPrepareItAtOnce)
{
    auto const role = name();
    auto const other = TestDatabase::make(sql::Dialect::postgres);
    std::barrier start(6);
    std::atomic<int> failed = 0;
    std::vector<std::thread> nodes;
    for (int node = 0; node < 6; ++node)
        nodes.emplace_back([&, node] {
            auto const connection = (node % 2 == 0 ? *store_ : *other).connect();
            start.arrive_and_wait();
            try {
                prepare_role(*connection, role);
            } catch (std::exception const& error) {
                ADD_FAILURE() << error.what();
                ++failed;
            }
        });
    for (auto& node : nodes)
        node.join();
    EXPECT_EQ(failed, 0);
    EXPECT_EQ(trouble_with_role(*store_->connect(), role), "");
    EXPECT_EQ(trouble_with_role(*other->connect(), role), "");
    other->run("DROP OWNED BY " + role);
}

TEST_P(DatabaseRole, HasWhatItNeedsAndNoMore)
{
    auto const role = name();
    auto const connection = store_->connect();
    prepare_role(*connection, role);
    auto const may = [&](char const* table, char const* what) {
        return store_
            ->query(
                "SELECT has_table_privilege($1::name, $2, $3)",
                sql::values(role, std::string("auth.") + table, what)
            )
            .front()
            .boolean(0);
    };
    for (auto const* const what : {"SELECT", "INSERT", "UPDATE", "DELETE"}) {
        EXPECT_TRUE(may("users", what)) << what;
        EXPECT_TRUE(may("login_attempts", what)) << what;
        EXPECT_EQ(may("schema_migrations", what), std::string(what) == "SELECT") << what;
    }
    store_->run(
        "GRANT UPDATE, DELETE, TRUNCATE ON auth.audit_ledger TO " + role
        + "; GRANT TRUNCATE ON auth.users TO " + role
    );
    EXPECT_NE(trouble_with_role(*connection, role), "");
    prepare_role(*connection, role);
    EXPECT_TRUE(may("audit_ledger", "SELECT"));
    EXPECT_TRUE(may("audit_ledger", "INSERT"));
    EXPECT_FALSE(may("audit_ledger", "UPDATE, DELETE, TRUNCATE"));
    EXPECT_FALSE(may("audit_seals", "UPDATE, DELETE, TRUNCATE"));
    EXPECT_FALSE(may("audit_checkpoints", "UPDATE, DELETE, TRUNCATE"));
    EXPECT_FALSE(may("users", "TRUNCATE, REFERENCES, TRIGGER"));
}

TEST_P(DatabaseRole, NoStatementRunsWithoutIt)
{
    serve_as(store_->query("SELECT session_user::text").front().text(0), name());
    EXPECT_EQ(
        kind_thrown_by([&] { insert_and_commit("a"); }), sql::StorageError::Kind::unavailable
    );
    EXPECT_EQ(count(), 0);
}

TEST_P(DatabaseRole, TheSelfCheckSeesAWallThatDoesNotStand)
{
    EXPECT_EQ(wall_trouble(), "");
    store_->run("ALTER TABLE auth.users DISABLE ROW LEVEL SECURITY;"
                "DROP POLICY organization_scope ON auth.sessions;"
                "CREATE POLICY more ON auth.resources USING (true)");
    EXPECT_NE(wall_trouble().find("on resources, sessions, users:"), std::string::npos)
        << wall_trouble();
    serve_as(store_->query("SELECT session_user::text").front().text(0), "");
    EXPECT_NE(wall_trouble().find("organizations"), std::string::npos) << wall_trouble();
}

TEST_P(DatabaseRole, ARoleThatWasLetLooseIsSeenAtTheNextCheck)
{
    auto const role = name();
    prepare_role(*store_->connect(), role);
    serve_as(store_->query("SELECT session_user::text").front().text(0), role);
    EXPECT_EQ(wall_trouble(), "");
    store_->run("ALTER ROLE " + role + " BYPASSRLS");
    EXPECT_NE(wall_trouble().find("users"), std::string::npos);
}

TEST(RoleNames, AreIdentifiersThatMeanARole)
{
    for (auto const* const good : {"gatehouse_app", "App", "_x", "a-b-9"})
        EXPECT_TRUE(postgres::is_role_name(good)) << good;
    for (auto const* const bad :
         {"",
          "none",
          "public",
          "pg_monitor",
          "9a",
          "-a",
          "a b",
          "a;b",
          "a\"b",
          "a'b",
          "ä",
          "a\nb",
          "x\"; DROP SCHEMA auth CASCADE; --"})
        EXPECT_FALSE(postgres::is_role_name(bad)) << bad;
    EXPECT_TRUE(postgres::is_role_name(std::string(63, 'a')));
    EXPECT_FALSE(postgres::is_role_name(std::string(64, 'a')));
    EXPECT_EQ(postgres::quoted("a\"b"), "\"a\"\"b\"");
}

} // namespace
} // namespace gatehouse::testing
