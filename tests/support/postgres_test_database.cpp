// PostgreSQL databases for tests: made once, emptied between tests, replaced when a test altered
// one.
#include "support/making_databases.h"

#include "storage/postgres/open.h"
#include "storage/postgres/role.h"
#include "storage/sql/errors.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <stdexcept>

namespace gatehouse::testing {
namespace {

// The server's URL with another database in it: postgresql://user@host:port/NAME?…
std::string with_name(std::string const& url, std::string const& name)
{
    auto const host = url.find("://") + 3;
    auto const query = url.find('?', host);
    auto const rest = query == std::string::npos ? std::string() : url.substr(query);
    auto const path = std::min({url.find('/', host), query, url.size()});
    return url.substr(0, path) + "/" + name + rest;
}

std::string server_url()
{
    auto const* const given = std::getenv("GATEHOUSE_TEST_POSTGRES");
    std::string const url = given ? given : "";
    if (!url.starts_with("postgresql://"))
        throw std::runtime_error("GATEHOUSE_TEST_POSTGRES must be the postgresql:// URL of a "
                                 "server whose user may create databases");
    return url;
}

void on_server(std::string const& command)
{
    postgres::open_schema(server_url())->script(command);
}

// Everything about a database but the rows of its tables, as one text to compare.
constexpr sql::Statement fingerprint(
    "SELECT md5(string_agg(each, ' ' ORDER BY each)) FROM ("
    "SELECT c.relname || ' ' || c.relkind::text || coalesce(pg_get_viewdef(v.oid), '') AS each "
    "FROM pg_class c LEFT JOIN pg_class v ON v.oid = c.oid AND v.relkind = 'v' "
    "WHERE c.relnamespace IN ('auth'::regnamespace, 'public'::regnamespace) UNION ALL "
    "SELECT c.relname || a.attname || a.atttypid::text || a.attnotnull::text FROM pg_attribute a "
    "JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'auth'::regnamespace UNION ALL "
    "SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = "
    "'auth'::regnamespace UNION ALL "
    "SELECT c.relname || t.tgname || t.tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid "
    "= t.tgrelid "
    "WHERE c.relnamespace = 'auth'::regnamespace UNION ALL "
    "SELECT c.relname || c.relrowsecurity::text || c.relforcerowsecurity::text "
    "|| coalesce(c.relacl::text, '') FROM pg_class c WHERE c.relnamespace = 'auth'::regnamespace "
    "UNION ALL SELECT polrelid::regclass::text || polname || polpermissive::text "
    "|| polroles::text || pg_get_expr(polqual, polrelid) FROM pg_policy UNION ALL "
    "SELECT proname || md5(prosrc) FROM pg_proc WHERE pronamespace = 'auth'::regnamespace UNION "
    "ALL "
    "SELECT version::text || checksum FROM auth.schema_migrations UNION ALL "
    "SELECT s.setconfig::text FROM pg_db_role_setting s JOIN pg_database d ON d.oid = "
    "s.setdatabase "
    "WHERE d.datname = current_database()) AS parts"
);

// The role of a replica switches off the triggers that refuse TRUNCATE on the ledger.
constexpr char const* empty_tables
    = "SET lock_timeout = '2s'; SET session_replication_role = replica; DO $$ BEGIN EXECUTE ("
      "SELECT 'TRUNCATE ' || string_agg('auth.' || relname, ', ') || ' RESTART IDENTITY CASCADE' "
      "FROM pg_class "
      "WHERE relnamespace = 'auth'::regnamespace AND relkind = 'r' AND relname <> "
      "'schema_migrations'); END $$";

// A migrated database that one test after the other uses.
struct Reusable {
    std::string name;
    std::string fingerprint;
};

class Shelf {
public:
    Shelf() = default;
    Shelf(Shelf const&) = delete;
    Shelf& operator=(Shelf const&) = delete;
    ~Shelf()
    {
        for (auto const& each : free_)
            remove(each.name);
    }

    Reusable take()
    {
        if (!free_.empty()) {
            auto one = free_.back();
            free_.pop_back();
            return one;
        }
        Reusable made{.name = fresh_name(), .fingerprint = {}};
        on_server("CREATE DATABASE " + made.name);
        auto const connection = postgres::open_schema(with_name(server_url(), made.name));
        bring_up(*connection);
        made.fingerprint = connection->query(fingerprint, {}).front().text(0);
        return made;
    }

    void give_back(Reusable const& one)
    {
        try {
            auto const connection = postgres::open_schema(with_name(server_url(), one.name));
            if (connection->query(fingerprint, {}).front().text(0) == one.fingerprint) {
                connection->script(empty_tables);
                free_.push_back(one);
                return;
            }
        } catch (sql::StorageError const& error) {
            std::fprintf(stderr, "a test database is not used again: %s\n", error.what());
        }
        remove(one.name);
    }

    static void remove(std::string const& name)
    {
        try {
            on_server("DROP DATABASE " + name + " WITH (FORCE)");
        } catch (std::exception const& error) {
            std::fprintf(stderr, "a test database was left behind: %s\n", error.what());
        }
    }

private:
    std::vector<Reusable> free_;
};

Shelf& shelf()
{
    static Shelf the_one;
    return the_one;
}

class OnPostgres final : public TestDatabase {
public:
    explicit OnPostgres(Schema schema)
    {
        if (schema == Schema::migrated) {
            reusable_ = shelf().take();
            name_ = reusable_->name;
        } else {
            name_ = fresh_name();
            on_server("CREATE DATABASE " + name_);
        }
    }
    OnPostgres(OnPostgres const&) = delete;
    OnPostgres& operator=(OnPostgres const&) = delete;
    ~OnPostgres() override
    {
        disconnect();
        if (reusable_)
            shelf().give_back(*reusable_);
        else
            Shelf::remove(name_);
    }

    sql::Dialect dialect() const noexcept override { return sql::Dialect::postgres; }
    // Nothing here survives its process, so nobody waits for the disk.
    std::string url() const override
    {
        auto const url = with_name(server_url(), name_);
        auto const mark = url.find('?') == std::string::npos ? "?" : "&";
        return url + mark + "options=-c%20synchronous_commit%3Doff";
    }
    sql::Drivers drivers() const override
    {
        return postgres::drivers(url(), 4, postgres::Limits(), std::string(postgres::default_role));
    }
    std::unique_ptr<sql::SchemaConnection> connect() const override
    {
        return postgres::open_schema(url());
    }

private:
    std::optional<Reusable> reusable_;
    std::string name_;
};

} // namespace

std::unique_ptr<TestDatabase> make_on_postgres(TestDatabase::Schema schema)
{
    return std::make_unique<OnPostgres>(schema);
}

} // namespace gatehouse::testing
