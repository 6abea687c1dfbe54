// Making and removing databases for tests.
#include "support/making_databases.h"

#include "storage/postgres/role.h"
#include "storage/sqlite/open.h"

#include <unistd.h>

#include <atomic>
#include <cstdint>
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

// In memory where there is room: these tests kill no process, and a disk is slow to be sure.
std::filesystem::path folder_for_databases()
{
    constexpr std::uintmax_t enough = 512ULL * 1024 * 1024;
    std::filesystem::path const memory("/dev/shm");
    std::error_code none_there;
    auto const space = std::filesystem::space(memory, none_there);
    bool const has_room = !none_there && space.available >= enough;
    return has_room ? memory : std::filesystem::temp_directory_path();
}

class OnSqlite final : public TestDatabase {
public:
    explicit OnSqlite(Schema schema)
        : folder_(folder_for_databases() / fresh_name())
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

} // namespace

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
    if (connection.dialect() == sql::Dialect::postgres)
        postgres::prepare_role(connection, std::string(postgres::default_role));
}

std::vector<sql::Dialect> databases_to_test()
{
    std::vector<sql::Dialect> dialects{sql::Dialect::sqlite};
    if (!environment("GATEHOUSE_TEST_POSTGRES").empty()
        || environment("GATEHOUSE_REQUIRE_POSTGRES") == "1")
        dialects.push_back(sql::Dialect::postgres);
    return dialects;
}

std::unique_ptr<TestDatabase> TestDatabase::make(sql::Dialect dialect, Schema schema)
{
    if (dialect == sql::Dialect::sqlite)
        return std::make_unique<OnSqlite>(schema);
    return make_on_postgres(schema);
}

sql::SchemaConnection& TestDatabase::outside()
{
    if (!outside_)
        outside_ = connect();
    return *outside_;
}

void TestDatabase::run(std::string const& script)
{
    outside().script(script);
}

sql::Rows TestDatabase::query(std::string const& text, sql::Values values)
{
    auto const [entry, is_new] = statements_.try_emplace(text);
    if (is_new)
        entry->second = std::make_unique<sql::Statement>(entry->first.c_str());
    return outside().query(*entry->second, values);
}

} // namespace gatehouse::testing
