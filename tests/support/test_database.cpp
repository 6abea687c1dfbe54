// Making and removing databases for tests.
#include "support/test_database.h"

#include "storage/postgres/open.h"
#include "storage/sqlite/open.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace gatehouse::testing {
namespace {

std::string environment(char const* name)
{
    auto const* const value = std::getenv(name);
    return value ? value : "";
}

std::string fresh_name()
{
    static std::atomic<int> count = 0;
    return "gatehouse_test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
}

void bring_up(sql::SchemaConnection& connection)
{
    auto const done = sql::migrate(connection, sql::migrations(connection.dialect()));
    if (done.schema.state != sql::SchemaState::current)
        throw std::runtime_error("a test database did not become current: " + done.schema.line);
}

class OnSqlite final : public TestDatabase {
public:
    explicit OnSqlite(Schema schema)
        : folder_(std::filesystem::temp_directory_path() / fresh_name())
    {
        std::filesystem::create_directories(folder_);
        if (schema == Schema::migrated)
            bring_up(*connect());
    }
    OnSqlite(OnSqlite const&) = delete;
    OnSqlite& operator=(OnSqlite const&) = delete;
    ~OnSqlite() override { std::filesystem::remove_all(folder_); }

    sql::Dialect dialect() const noexcept override { return sql::Dialect::sqlite; }
    std::string url() const override { return "sqlite:" + (folder_ / "test.db").string(); }
    sql::Drivers drivers() const override { return sqlite::drivers(url(), 4); }
    std::unique_ptr<sql::SchemaConnection> connect() const override
    {
        return sqlite::open_schema(url());
    }

private:
    std::filesystem::path folder_;
};

// The server's URL with another database in it: postgresql://user@host:port/NAME?…
std::string with_name(std::string url, std::string const& name)
{
    auto const host = url.find("://") + 3;
    auto const query = url.find('?', host);
    auto const rest = query == std::string::npos ? std::string() : url.substr(query);
    auto const path = std::min(url.find('/', host), query);
    return url.substr(0, path) + "/" + name + rest;
}

std::string server_url()
{
    auto const url = environment("GATEHOUSE_TEST_POSTGRES");
    if (!url.starts_with("postgresql://"))
        throw std::runtime_error("GATEHOUSE_TEST_POSTGRES must be the postgresql:// URL of a server for tests");
    return url;
}

void on_server(std::string const& command) { postgres::open_schema(server_url())->script(command); }

// A migrated database to copy from, made once in a run: copying takes a tenth of migrating.
class Template {
public:
    Template()
        : name_(fresh_name() + "_template")
    {
        on_server("CREATE DATABASE " + name_);
        bring_up(*postgres::open_schema(with_name(server_url(), name_)));
    }
    Template(Template const&) = delete;
    Template& operator=(Template const&) = delete;
    ~Template()
    {
        try {
            on_server("DROP DATABASE " + name_ + " WITH (FORCE)");
        } catch (std::exception const& error) {
            std::fprintf(stderr, "the template database was left behind: %s\n", error.what());
        }
    }
    std::string const& name() const { return name_; }

private:
    std::string name_;
};

class OnPostgres final : public TestDatabase {
public:
    explicit OnPostgres(Schema schema)
        : name_(fresh_name())
    {
        if (schema == Schema::none) {
            on_server("CREATE DATABASE " + name_);
            return;
        }
        static Template const migrated;
        on_server("CREATE DATABASE " + name_ + " TEMPLATE " + migrated.name());
        // A copy does not take the settings of its template along.
        on_server("ALTER DATABASE " + name_ + " SET search_path = auth, public");
    }
    OnPostgres(OnPostgres const&) = delete;
    OnPostgres& operator=(OnPostgres const&) = delete;
    ~OnPostgres() override
    {
        try {
            on_server("DROP DATABASE " + name_ + " WITH (FORCE)");
        } catch (std::exception const& error) {
            std::fprintf(stderr, "a test database was left behind: %s\n", error.what());
        }
    }

    sql::Dialect dialect() const noexcept override { return sql::Dialect::postgres; }
    std::string url() const override { return with_name(server_url(), name_); }
    sql::Drivers drivers() const override { return postgres::drivers(url(), 4, postgres::Limits()); }
    std::unique_ptr<sql::SchemaConnection> connect() const override
    {
        return postgres::open_schema(url());
    }

private:
    std::string name_;
};

} // namespace

std::vector<sql::Dialect> databases_to_test()
{
    std::vector<sql::Dialect> dialects { sql::Dialect::sqlite };
    if (!environment("GATEHOUSE_TEST_POSTGRES").empty() || environment("GATEHOUSE_REQUIRE_POSTGRES") == "1")
        dialects.push_back(sql::Dialect::postgres);
    return dialects;
}

std::unique_ptr<TestDatabase> TestDatabase::make(sql::Dialect dialect, Schema schema)
{
    if (dialect == sql::Dialect::sqlite)
        return std::make_unique<OnSqlite>(schema);
    return std::make_unique<OnPostgres>(schema);
}

sql::SchemaConnection& TestDatabase::outside()
{
    if (!outside_)
        outside_ = connect();
    return *outside_;
}

void TestDatabase::run(std::string const& script) { outside().script(script); }

sql::Rows TestDatabase::query(std::string const& text, sql::Values values)
{
    texts_.push_back(text);
    statements_.emplace_back(texts_.back().c_str());
    return outside().query(statements_.back(), values);
}

} // namespace gatehouse::testing
