// Opening SQLite: the connections of the engine, and the one that migrates.
#include "storage/sqlite/open.h"
#include "core/log.h"
#include "storage/sql/errors.h"
#include "storage/sqlite/handle.h"
#include "storage/sqlite/reader.h"
#include "storage/sqlite/writer.h"

#include <filesystem>
#include <string_view>

namespace gatehouse::sqlite {
namespace {

// Another node may be migrating: it is waited for.
sql::Deadline patience()
{
    return std::chrono::steady_clock::now() + std::chrono::minutes(5);
}

std::string path_of(std::string const& url)
{
    constexpr std::string_view scheme = "sqlite:";
    auto path = url.starts_with(scheme) ? url.substr(scheme.size()) : url;
    if (path.empty())
        throw sql::StorageError(sql::StorageError::Kind::broken, "the database URL names no file");
    return path;
}

class Schema final : public sql::SchemaConnection {
public:
    explicit Schema(std::string const& path)
        : handle_(path, Mode::read_write)
    {
    }
    sql::Dialect dialect() const noexcept override { return sql::Dialect::sqlite; }
    void begin() override { handle_.script("BEGIN IMMEDIATE", patience()); }
    void commit() override { handle_.commit(patience()); }
    void rollback() noexcept override
    {
        try {
            if (handle_.in_transaction())
                handle_.script("ROLLBACK", patience());
        } catch (std::exception const& error) {
            // Closing the connection, which its owner does next, rolls back all the same.
            log::Line(log::Level::error, "sqlite.rollback_failed").with("cause", error.what());
        }
    }
    void script(std::string_view text) override
    {
        handle_.script(std::string(text).c_str(), patience());
    }
    sql::Rows query(sql::Statement const& statement, sql::Values const& values) override
    {
        return handle_.run(statement, values, patience());
    }

private:
    Handle handle_;
};

} // namespace

std::unique_ptr<sql::SchemaConnection> open_schema(std::string const& url)
{
    auto const path = path_of(url);
    if (auto const folder = std::filesystem::path(path).parent_path(); !folder.empty())
        std::filesystem::create_directories(folder);
    return std::make_unique<Schema>(path);
}

sql::Drivers
drivers(std::string const& url, std::size_t readers, std::shared_ptr<Watch> const& watch)
{
    auto const path = path_of(url);
    sql::Drivers made;
    made.writers.push_back(std::make_unique<Writer>(path, watch));
    for (std::size_t count = 0; count < readers; ++count)
        made.readers.push_back(std::make_unique<Reader>(path));
    return made;
}

std::shared_ptr<Watch> watch(std::string const& url, std::function<void()> foreign)
{
    return std::make_shared<Watch>(path_of(url), std::move(foreign));
}

std::unique_ptr<sql::Database> open(std::string const& url, Options options)
{
    return sql::make_database(drivers(url, options.readers, options.watch), options.engine);
}

} // namespace gatehouse::sqlite
