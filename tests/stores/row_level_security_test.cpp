// The second wall on PostgreSQL: what the server's role sees and writes within each scope.
#include "stores/postgres_fixture.h"

#include <map>
#include <set>

namespace gatehouse::testing {
namespace {

using Kind = sql::StorageError::Kind;
using sql::Scope;

// What must have the policy: every table of the schema that names an organization, and theirs.
// login_attempts is global though it names one (spec/database §2).
constexpr char const* tenant_tables
    = "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'auth'::regnamespace "
      "AND c.relkind IN ('r', 'p') AND c.relname <> 'login_attempts' "
      "AND (c.relname = 'organizations' OR EXISTS (SELECT 1 FROM pg_attribute a "
      "WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped))";
constexpr char const* protected_tables
    = "SELECT c.relname::text FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid "
      "WHERE c.relnamespace = 'auth'::regnamespace AND c.relrowsecurity "
      "AND NOT c.relforcerowsecurity AND p.polcmd = '*' AND p.polpermissive "
      "AND p.polroles = '{0}' AND pg_get_expr(p.polqual, p.polrelid) = "
      "pg_get_expr(p.polwithcheck, p.polrelid) AND pg_get_expr(p.polqual, p.polrelid) LIKE "
      "'%= NULLIF(( SELECT current_setting(''app.organization_id''::text, true) AS "
      "current_setting), ''''::text)%' "
      "AND pg_get_expr(p.polqual, p.polrelid) NOT LIKE '%(current_setting(%' " // once for each row
      "AND (SELECT count(*) FROM pg_policy o WHERE o.polrelid = p.polrelid) = 1";

constexpr char const* one_house
    = "INSERT INTO organizations (id, name) VALUES ('#', '#');"
      "INSERT INTO users (id, organization_id, email) VALUES ('u#', '#', 'ann@example.org');"
      "INSERT INTO sessions (id, organization_id, user_id) VALUES ('s#', '#', 'u#');"
      "INSERT INTO refresh_tokens (organization_id, user_id, session_id, token_hash, family_id, "
      "expires_at) VALUES ('#', 'u#', 's#', 'h#', 'f', now());"
      "INSERT INTO one_time_tokens (organization_id, user_id, purpose, token_hash, expires_at) "
      "VALUES ('#', 'u#', 'verify_email', 'h#', now());"
      "INSERT INTO encryption_vaults (organization_id, user_id, wrapped_mk, wrap_iv) "
      "VALUES ('#', 'u#', 'x', 'y');"
      "INSERT INTO step_up_challenges (organization_id, user_id, purpose, method, expires_at) "
      "VALUES ('#', 'u#', 'export', 'totp', now());"
      "INSERT INTO outbox (organization_id, topic, recipient) VALUES ('#', 'mail', 'x');"
      "INSERT INTO invitations (id, organization_id, email, role, token_hash, expires_at) "
      "VALUES ('i#', '#', 'x@y.z', 'staff', 'h#', now());"
      "INSERT INTO user_pictures (organization_id, user_id, variant, content_type, bytes) "
      "VALUES ('#', 'u#', 'small', 'image/png', 'x');"
      "INSERT INTO custom_roles (id, organization_id, name) VALUES ('r#', '#', 'Own');"
      "INSERT INTO custom_role_permissions (organization_id, role_id, permission_id) "
      "VALUES ('#', 'r#', 'p');"
      "INSERT INTO user_permissions (organization_id, user_id, permission_id) "
      "VALUES ('#', 'u#', 'p');"
      "INSERT INTO resources (id, organization_id, type, name) VALUES ('x#', '#', 'client', 'N');"
      "INSERT INTO ip_rules (organization_id, action, network) VALUES ('#', 'deny', '::1');"
      "INSERT INTO report_files (organization_id, report_id, content_type, bytes) "
      "VALUES ('#', 'x#', 'text/csv', 'x');"
      "INSERT INTO assignments (organization_id, resource_type, resource_id, user_id) "
      "VALUES ('#', 'client', 'x#', 'u#');"
      "INSERT INTO access_reviews (id, organization_id, name, created_by, created_at) "
      "VALUES ('v#', '#', 'Review', 'u#', now());"
      "INSERT INTO access_review_items (organization_id, review_id, user_id, role, status, "
      "permissions) VALUES ('#', 'v#', 'u#', 'staff', 'active', '');"
      "INSERT INTO notifications (organization_id, user_id, kind) VALUES ('#', 'u#', 'export');"
      "INSERT INTO audit_ledger (organization_id, created_at, event_type, outcome, "
      "pii_commitment) VALUES ('#', now(), 'LOGIN_SUCCESS', 'success', 'x');" // and audit_unsealed
      "INSERT INTO audit_seals (organization_id, chain_seq, ledger_id, prev_hash, row_hash) "
      "VALUES ('#', 1, 1, sha256('p'), sha256('r'));"
      "INSERT INTO audit_checkpoints (organization_id, chain_seq, head_hash, batch_root, kid, "
      "signature, created_at, first_at, last_at) VALUES ('#', 1, sha256('r'), sha256('b'), 'k', "
      "'s', now(), now(), now());"
      "INSERT INTO audit_unpublished (organization_id, chain_seq) VALUES ('#', 1);"
      "INSERT INTO audit_prunings (organization_id, chain_seq, head_hash, kid, signature, "
      "created_at) VALUES ('#', 1, sha256('r'), 'k', 's', now());"
      "INSERT INTO audit_erasures (organization_id, user_id, cause, due_at) "
      "VALUES ('#', 'gone', 'deleted', now());"
      "INSERT INTO retention_settings (organization_id, token_days) VALUES ('#', 9);"
      "INSERT INTO legal_holds (organization_id, reason) VALUES ('#', 'a case')";

class RowLevelSecurity : public PostgresFixture {
protected:
    void SetUp() override
    {
        PostgresFixture::SetUp();
        for (char const id : {'a', 'b'}) {
            std::string rows = one_house;
            for (auto& letter : rows)
                if (letter == '#')
                    letter = id;
            store_->run(rows);
        }
    }

    std::set<std::string> names(char const* statement)
    {
        std::set<std::string> found;
        for (auto const row : store_->query(statement))
            found.insert(row.text(0));
        return found;
    }

    sql::Statement const& statement(std::string const& text)
    {
        auto const [entry, is_new] = statements_.try_emplace(text);
        if (is_new)
            entry->second = std::make_unique<sql::Statement>(entry->first.c_str());
        return *entry->second;
    }

    // In a unit of its own.
    sql::Rows as(Scope scope, std::string const& text)
    {
        auto work = begin();
        auto rows = query(*work, statement(text), {}, std::move(scope));
        run(work->commit());
        return rows;
    }
    // The organizations whose rows are seen, as one word.
    std::string seen(Scope scope, std::string const& table)
    {
        auto const* const column = table == "organizations" ? "id" : "organization_id";
        return as(std::move(scope),
                  std::string("SELECT coalesce(string_agg(DISTINCT ") + column + ", '' ORDER BY "
                      + column + "), '') FROM " + table)
            .front()
            .text(0);
    }
    std::optional<Kind> refusal(Scope scope, std::string const& text)
    {
        return kind_thrown_by([&] { as(std::move(scope), text); });
    }

    std::map<std::string, std::unique_ptr<sql::Statement>> statements_;
};
INSTANTIATE_ON_POSTGRES(RowLevelSecurity);

TEST_P(RowLevelSecurity, AZ18EveryTenantTableHasThePolicyAndOneWithoutIsSeenHere)
{
    EXPECT_EQ(names(tenant_tables), names(protected_tables));
    EXPECT_GE(names(tenant_tables).size(), 17U);
    store_->run("CREATE TABLE auth.forgotten (organization_id text NOT NULL, id text NOT NULL)");
    EXPECT_NE(names(tenant_tables), names(protected_tables));
    store_->run("ALTER TABLE auth.forgotten ENABLE ROW LEVEL SECURITY;"
                "CREATE POLICY organization_scope ON auth.forgotten USING (true) WITH CHECK (true)"
    );
    EXPECT_NE(names(tenant_tables), names(protected_tables));
}

TEST_P(RowLevelSecurity, AForgottenTableIsClosedToTheServer)
{
    store_->run("CREATE TABLE auth.forgotten (organization_id text NOT NULL, id text NOT NULL)");
    postgres::prepare_role(*store_->connect(), std::string(postgres::default_role));
    EXPECT_EQ(refusal(Scope::organization("a"), "SELECT * FROM forgotten"), Kind::broken);
}

TEST_P(RowLevelSecurity, AScopeOpensItsOrganizationAloneInEveryTable)
{
    for (auto const& table : names(tenant_tables)) {
        EXPECT_EQ(store_->query("SELECT count(*) FROM " + table).front().integer(0), 2) << table;
        EXPECT_EQ(seen(Scope::global(), table), "") << table;
        EXPECT_EQ(seen(Scope::organization("c"), table), "") << table;
        EXPECT_EQ(seen(Scope::person("a", "ua"), table), "a") << table;
        if (table == "encryption_vaults")
            continue;
        EXPECT_EQ(seen(Scope::organization("a"), table), "a") << table;
        EXPECT_EQ(seen(Scope::organization("b"), table), "b") << table;
        EXPECT_EQ(seen(Scope::directory(), table), "ab") << table;
    }
}

TEST_P(RowLevelSecurity, AVaultOpensToItsPersonAlone)
{
    constexpr auto const* vaults = "encryption_vaults";
    EXPECT_EQ(seen(Scope::person("a", "ua"), vaults), "a");
    EXPECT_EQ(seen(Scope::person("a", "ub"), vaults), "");
    EXPECT_EQ(seen(Scope::person("b", "ua"), vaults), "");
    EXPECT_EQ(seen(Scope::organization("a"), vaults), "");
    EXPECT_EQ(seen(Scope::directory(), vaults), "");
}

TEST_P(RowLevelSecurity, AnIdThatSpellsTheWordForAllOpensNothing)
{
    EXPECT_EQ(seen(Scope::organization("*"), "users"), "");
    EXPECT_EQ(seen(Scope::person("*", "ua"), "encryption_vaults"), "");
    store_->run("INSERT INTO organizations (id, name) VALUES ('', 'No id'), ('*', 'Star')");
    EXPECT_EQ(seen(Scope::global(), "organizations"), "");
    EXPECT_EQ(seen(Scope::organization("*"), "organizations"), "");
}

TEST_P(RowLevelSecurity, NothingIsWrittenIntoAnotherOrganization)
{
    auto const a = Scope::organization("a");
    for (auto const* const text :
         {"INSERT INTO users (organization_id, email) VALUES ('b', 'eve@example.org')",
          "INSERT INTO organizations (id, name) VALUES ('c', 'Third')",
          "INSERT INTO sessions (organization_id, user_id) VALUES ('b', 'ub')",
          "INSERT INTO audit_ledger (organization_id, created_at, event_type, outcome, "
          "pii_commitment) VALUES ('system', now(), 'X', 'success', 'x')",
          "UPDATE invitations SET organization_id = 'b'",
          "INSERT INTO assignments (organization_id, resource_type, resource_id, user_id) "
          "VALUES ('b', 'client', 'xb', 'ub')"})
        EXPECT_EQ(refusal(a, text), Kind::broken) << text;
    EXPECT_EQ(as(a, "UPDATE users SET name = 'Eve' WHERE id = 'ub'").changed(), 0);
    EXPECT_EQ(as(a, "DELETE FROM sessions WHERE organization_id = 'b'").changed(), 0);
    EXPECT_EQ(as(a, "DELETE FROM organizations").changed(), 1);
    EXPECT_EQ(seen(Scope::directory(), "sessions"), "b");
    EXPECT_EQ(
        refusal(Scope::global(), "INSERT INTO organizations (name) VALUES ('x')"), Kind::broken
    );
}

TEST_P(RowLevelSecurity, CascadesTakeWhatTheScopeDoesNotShow)
{
    as(Scope::organization("a"), "UPDATE organizations SET owner_id = 'ua'");
    EXPECT_EQ(
        as(Scope::organization("a"), "DELETE FROM organizations WHERE id = 'a'").changed(), 1
    );
    for (auto const& table : names(tenant_tables))
        if (!table.starts_with("audit_")) {
            EXPECT_EQ(store_->query("SELECT count(*) FROM " + table).front().integer(0), 1)
                << table;
        }
    EXPECT_EQ(as(Scope::directory(), "DELETE FROM users WHERE id = 'ub'").changed(), 1);
    EXPECT_EQ(store_->query("SELECT count(*) FROM encryption_vaults").front().integer(0), 0);
}

TEST_P(RowLevelSecurity, TheLedgerTakesRowsOfTheSystemAndKeepsThem)
{
    auto const system = Scope::organization("system");
    as(system,
       "INSERT INTO audit_ledger (created_at, event_type, outcome, pii_commitment) "
       "VALUES (now(), 'LOGIN_FAILURE', 'failure', 'x') RETURNING id");
    EXPECT_EQ(seen(system, "audit_ledger"), "system");
    EXPECT_EQ(seen(Scope::organization("a"), "security_events"), "a");
    for (auto const* const text :
         {"UPDATE audit_ledger SET outcome = 'success'",
          "DELETE FROM audit_ledger",
          "TRUNCATE audit_ledger",
          "UPDATE audit_seals SET row_hash = prev_hash",
          "DELETE FROM audit_seals",
          "UPDATE audit_checkpoints SET kid = 'x'",
          "DELETE FROM audit_checkpoints",
          "UPDATE audit_prunings SET kid = 'x'",
          "DELETE FROM audit_prunings",
          "SELECT auth.erase_ledger('ua', NULL, 10)",
          "SELECT auth.prune_ledger('a', 2)",
          "DELETE FROM audit_keys",
          "INSERT INTO schema_migrations (version, checksum) VALUES (99, 'x')",
          "DROP TABLE users",
          "ALTER TABLE users DISABLE ROW LEVEL SECURITY",
          "CREATE TABLE auth.mine (id text)"})
        EXPECT_EQ(refusal(Scope::directory(), text), Kind::broken) << text;
}

TEST_P(RowLevelSecurity, EachStatementOfAUnitHasItsOwnScopeAndTheNextUnitNone)
{
    auto work = begin();
    auto const& rename
        = statement("UPDATE users SET name = current_setting('app.organization_id')");
    auto const& users = statement("SELECT string_agg(organization_id, '' ORDER BY id) FROM users");
    work->connection().later(rename, Scope::organization("b"), {});
    EXPECT_EQ(query(*work, users, {}, Scope::organization("a")).front().text(0), "a");
    work->connection().later(rename, Scope::organization("a"), {});
    EXPECT_EQ(query(*work, users).front().text(0), "ab");
    EXPECT_TRUE(query(*work, users, {}, Scope::global()).front().is_null(0));
    work->connection().later(rename, Scope::global(), {});
    query(*work, users); // leaves `*` behind
    run(work->commit());
    EXPECT_EQ(
        store_->query("SELECT string_agg(name, '' ORDER BY id) FROM users").front().text(0), "ab"
    );
    EXPECT_EQ(seen(Scope::global(), "users"), ""); // on the same connection
    auto const read = run(database_->reads().query(users, Scope::global(), {}));
    EXPECT_TRUE(read.front().is_null(0));
}

TEST_P(RowLevelSecurity, ADefaultOfTheDatabaseOpensNothing)
{
    store_->run("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET app.organization_id = ''*''', "
                "current_database()); END $$");
    open(store_->url(), 1, postgres::Limits());
    EXPECT_EQ(seen(Scope::global(), "users"), "");
    EXPECT_EQ(seen(Scope::organization("a"), "users"), "a");
}

TEST_P(RowLevelSecurity, AConnectionThatWasReplacedHasTheRoleToo)
{
    auto const& who
        = statement("SELECT current_user::text, session_user = current_user, pg_backend_pid()");
    auto work = begin();
    auto const first = query(*work, who);
    EXPECT_EQ(first.front().text(0), postgres::default_role);
    EXPECT_FALSE(first.front().boolean(1));
    store_->query(
        "SELECT pg_terminate_backend($1::integer)", sql::values(first.front().integer(2))
    );
    EXPECT_TRUE(kind_thrown_by([&] { query(*work, who); }));
    work = begin();
    auto const second = query(*work, who);
    EXPECT_NE(second.front().integer(2), first.front().integer(2));
    EXPECT_EQ(second.front().text(0), postgres::default_role);
    run(work->commit());
}

} // namespace
} // namespace gatehouse::testing
