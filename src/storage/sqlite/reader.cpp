// Reading on SQLite.
#include "storage/sqlite/reader.h"

#include "core/log.h"
#include "storage/sql/errors.h"

#include <utility>

namespace gatehouse::sqlite {
namespace {

sql::Deadline soon()
{
    return std::chrono::steady_clock::now() + std::chrono::seconds(5);
}

} // namespace

Reader::Reader(std::string path)
    : path_(std::move(path))
{
}

void Reader::begin(sql::Access access, sql::Deadline)
{
    if (access == sql::Access::write)
        throw sql::StorageError(
            sql::StorageError::Kind::broken, "a reading connection cannot write"
        );
    if (!handle_)
        handle_.emplace(path_, Mode::read_only);
}

sql::Rows Reader::execute(std::span<sql::Call const> calls, sql::Deadline deadline)
{
    if (!handle_->in_transaction())
        handle_->script("BEGIN", deadline);
    sql::Rows rows;
    for (auto const& call : calls)
        rows = handle_->run(*call.statement, call.values, deadline);
    return rows;
}

sql::Committed Reader::commit(std::span<sql::Call const> calls, sql::Deadline deadline)
{
    // A single statement is a snapshot by itself.
    if (calls.size() == 1 && !handle_->in_transaction())
        return {.rows = handle_->run(*calls[0].statement, calls[0].values, deadline)};
    auto rows = execute(calls, deadline);
    handle_->script("COMMIT", deadline);
    return {.rows = std::move(rows)};
}

void Reader::rollback() noexcept
{
    try {
        if (handle_ && handle_->in_transaction())
            handle_->script("ROLLBACK", soon());
    } catch (std::exception const& error) {
        log::Line(log::Level::error, "sqlite.rollback_failed").with("cause", error.what());
        handle_.reset();
    }
}

} // namespace gatehouse::sqlite
