// Group commit on SQLite.
#include "storage/sqlite/writer.h"

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

Writer::Writer(std::string path, std::shared_ptr<Watch> watch)
    : path_(std::move(path))
    , watch_(std::move(watch))
{
}

void Writer::open()
{
    if (watch_)
        watch_->forget_writer();
    handle_.emplace(path_, Mode::read_write);
}

void Writer::begin(sql::Access, sql::Deadline deadline)
{
    if (!handle_)
        open();
    if (!handle_->in_transaction())
        handle_->script("BEGIN IMMEDIATE", deadline);
    handle_->script("SAVEPOINT unit", deadline);
    unit_open_ = true;
}

sql::Rows Writer::execute(std::span<sql::Call const> calls, sql::Deadline deadline)
{
    sql::Rows rows;
    for (auto const& call : calls)
        rows = handle_->run(*call.statement, call.values, deadline);
    return rows;
}

sql::Committed Writer::commit(std::span<sql::Call const> calls, sql::Deadline deadline)
{
    auto rows = execute(calls, deadline);
    handle_->script("RELEASE unit", deadline);
    unit_open_ = false;
    ++waiting_;
    return {.rows = std::move(rows), .on_disk = false};
}

void Writer::settle(sql::Deadline deadline)
{
    auto const waited = std::exchange(waiting_, 0);
    if (auto const why = std::exchange(lost_, {}); !why.empty())
        throw sql::StorageError(
            sql::StorageError::Kind::unavailable,
            "rolled back together with another unit of work: " + why
        );
    if (waited == 0)
        return;
    try {
        handle_->commit(deadline);
        if (watch_)
            watch_->explain(*handle_);
    } catch (sql::StorageError const& error) {
        // Closing rolls back, and a fresh connection reads what the file really holds. Whatever the
        // reason was, for most of the group it was none of their own: no conflict of theirs.
        log::Line(log::Level::error, "sqlite.commit_failed").with("cause", error.what());
        handle_.reset();
        throw sql::StorageError(sql::StorageError::Kind::unavailable, error.what());
    } catch (sql::OutcomeUnknown const& error) {
        log::Line(log::Level::error, "sqlite.commit_unknown").with("cause", error.what());
        handle_.reset();
        throw;
    }
}

void Writer::rollback() noexcept
{
    try {
        take_back();
    } catch (std::exception const& error) {
        abandon(error.what());
    }
}

void Writer::take_back()
{
    if (!handle_)
        return;
    bool const was_open = std::exchange(unit_open_, false);
    if (!handle_->in_transaction()) {
        if (waiting_ > 0) // full disk, out of memory: SQLite has taken back the group by itself
            lost_ = "SQLite rolled back by itself";
        return;
    }
    if (was_open)
        handle_->script("ROLLBACK TO unit; RELEASE unit", soon());
    if (waiting_ == 0)
        handle_->script("ROLLBACK", soon()); // nobody else in the group: give the lock back
}

void Writer::abandon(std::string const& why) noexcept
{
    log::Line(log::Level::error, "sqlite.rollback_failed").with("cause", why);
    if (waiting_ > 0)
        lost_ = why;
    handle_.reset(); // closing rolls back
}

} // namespace gatehouse::sqlite
