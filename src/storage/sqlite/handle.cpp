// Running statements on SQLite.
#include "storage/sqlite/handle.h"

#include "storage/sql/errors.h"
#include "storage/sqlite/bind.h"
#include "storage/sqlite/errors.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace gatehouse::sqlite {
namespace {

using sql::StorageError;

constexpr int instructions_between_looks_at_the_clock = 10'000;

bool is_over(void const* deadline)
{
    return std::chrono::steady_clock::now() >= *static_cast<sql::Deadline const*>(deadline);
}

int stop_when_over(void* deadline)
{
    return is_over(deadline) ? 1 : 0;
}

// Another connection holds the lock: wait in small steps until the deadline.
int wait_for_lock(void* deadline, int tries)
{
    if (is_over(deadline))
        return 0;
    sqlite3_sleep(tries < 5 ? 1 : 5);
    return 1;
}

// SQLite would create it readable by everybody; its WAL and shared-memory files take the same mode.
// A file that exists is never opened here: closing it would drop the locks that this process holds
// on it (fcntl(2)), and the next shell that closes the database would take the WAL away from under
// the server.
void create_private_file(std::string const& path)
{
    int const file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 && errno == EEXIST)
        return;
    if (file < 0)
        throw StorageError(
            StorageError::Kind::unavailable,
            path + " cannot be opened: " + std::system_category().message(errno)
        );
    ::close(file);
}

// The time that opening may take.
sql::Deadline soon()
{
    return std::chrono::steady_clock::now() + std::chrono::seconds(5);
}

// A file system without shared memory refuses WAL without an error, and a library may be built
// without foreign keys: what was asked for is looked at.
constexpr sql::Statement
    read_safety("SELECT (SELECT journal_mode FROM pragma_journal_mode) = 'wal' "
                "AND (SELECT synchronous FROM pragma_synchronous) = 2 "
                "AND (SELECT foreign_keys FROM pragma_foreign_keys) = 1");

} // namespace

void Handle::Closer::operator()(sqlite3* database) const noexcept
{
    sqlite3_close_v2(database);
}

void Handle::Finalizer::operator()(sqlite3_stmt* statement) const noexcept
{
    sqlite3_finalize(statement); // repeats the statement's last failure, which was reported then
}

Handle::Handle(std::string const& path, Mode mode)
    : deadline_(soon())
{
    if (mode == Mode::read_write)
        create_private_file(path);
    sqlite3* opened = nullptr;
    int const code = sqlite3_open_v2(
        path.c_str(),
        &opened,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
        nullptr
    );
    database_.reset(opened);
    if (code != SQLITE_OK)
        throw StorageError(
            StorageError::Kind::unavailable,
            path + " cannot be opened: " + (opened ? sqlite3_errmsg(opened) : "no memory")
        );
    configure(mode);
}

Handle::~Handle() = default;

void Handle::configure(Mode mode)
{
    sqlite3_busy_handler(database_.get(), wait_for_lock, &deadline_);
    sqlite3_progress_handler(
        database_.get(), instructions_between_looks_at_the_clock, stop_when_over, &deadline_
    );
    sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    script(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
        "PRAGMA cell_size_check = ON",
        soon()
    );
    if (mode == Mode::read_write)
        switch_to_wal(soon());
    else
        script("PRAGMA query_only = ON", soon());
    if (!run(read_safety, {}, soon()).front().boolean(0))
        throw StorageError(
            StorageError::Kind::broken,
            "SQLite does not give WAL, synchronous commits and foreign keys on this file system"
        );
}

// Two that switch a new file at once would wait for each other: SQLite refuses one of them without
// asking the busy handler, so it is asked here.
void Handle::switch_to_wal(sql::Deadline deadline)
{
    deadline_ = deadline;
    for (int tries = 0;; ++tries) {
        int const code
            = sqlite3_exec(database_.get(), "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr);
        if (code == SQLITE_OK)
            return;
        bool const is_busy = (code & 0xff) == SQLITE_BUSY;
        if (!is_busy || wait_for_lock(&deadline_, tries) == 0)
            fail(code);
    }
}

unsigned char const volatile* Handle::wal_index() const noexcept
{
    constexpr int first_region = 0;
    constexpr int region_size = 32 * 1024;
    constexpr int only_if_it_is_there = 0;
    constexpr int with_shared_memory = 2; // of sqlite3_io_methods
    sqlite3_file* file = nullptr;
    int const code
        = sqlite3_file_control(database_.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (code != SQLITE_OK || !file || !file->pMethods)
        return nullptr;
    auto const& methods = *file->pMethods;
    if (methods.iVersion < with_shared_memory || !methods.xShmMap)
        return nullptr;
    void volatile* region = nullptr;
    if (methods.xShmMap(file, first_region, region_size, only_if_it_is_there, &region) != SQLITE_OK)
        return nullptr;
    return static_cast<unsigned char const volatile*>(region);
}

bool Handle::in_transaction() const noexcept
{
    return !sqlite3_get_autocommit(database_.get());
}

void Handle::script(char const* text, sql::Deadline deadline)
{
    deadline_ = deadline;
    int const code = sqlite3_exec(database_.get(), text, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        fail(code);
}

void Handle::commit(sql::Deadline deadline)
{
    deadline_ = deadline;
    int const code = sqlite3_exec(database_.get(), "COMMIT", nullptr, nullptr, nullptr);
    if (may_have_reached_the_disk(code))
        throw sql::OutcomeUnknown(
            std::string("COMMIT failed on its way to the disk: ") + sqlite3_errmsg(database_.get())
        );
    if (code != SQLITE_OK)
        fail(code);
}

sql::Rows
Handle::run(sql::Statement const& statement, sql::Values const& values, sql::Deadline deadline)
{
    deadline_ = deadline;
    auto& ready = prepared(statement);
    // One that failed is prepared anew the next time: SQLite would compile it against the schema as
    // it was when it failed, without looking whether that is still so.
    struct Forget {
        Handle& handle;
        sql::Statement const& statement;
        bool failed = true;
        ~Forget()
        {
            if (failed)
                handle.prepared_.erase(&statement);
        }
    } forget{*this, statement};
    struct Reset { // also when reading fails half-way: an open cursor would keep its snapshot
        sqlite3_stmt* statement;
        ~Reset()
        {
            sqlite3_reset(statement); // repeats the failure that step() has thrown already
            sqlite3_clear_bindings(statement);
        }
    } const reset{ready.statement.get()};
    bind(ready.statement.get(), values);
    auto rows = step(ready);
    forget.failed = false;
    return rows;
}

int Handle::prepare(sql::Statement const& statement, sqlite3_stmt*& made)
{
    return sqlite3_prepare_v3(
        database_.get(),
        statement.text(sql::Dialect::sqlite),
        -1,
        SQLITE_PREPARE_PERSISTENT,
        &made,
        nullptr
    );
}

Handle::Prepared& Handle::prepared(sql::Statement const& statement)
{
    if (auto const found = prepared_.find(&statement); found != prepared_.end())
        return found->second;
    sqlite3_stmt* made = nullptr;
    int code = prepare(statement, made);
    // What only a trigger names is looked for in the schema as this connection last read it: that
    // is read again before anybody is told that a table is gone.
    if (code == SQLITE_ERROR) {
        script("SELECT 1 FROM sqlite_schema LIMIT 1", deadline_);
        code = prepare(statement, made);
    }
    Prepared ready;
    ready.statement.reset(made);
    if (code != SQLITE_OK)
        fail(code);
    if (!made)
        throw StorageError(StorageError::Kind::broken, "a statement without SQL");
    ready.writes = !sqlite3_stmt_readonly(made);
    return prepared_.emplace(&statement, std::move(ready)).first->second;
}

void Handle::bind(sqlite3_stmt* statement, sql::Values const& values)
{
    int const wanted = sqlite3_bind_parameter_count(statement);
    if (static_cast<std::size_t>(wanted) > values.size())
        throw StorageError(
            StorageError::Kind::broken, "a statement got fewer values than it wants"
        );
    // Numbered by first appearance in the text, named `$1`, `$2`: the name says which value it is.
    for (int index = 1; index <= wanted; ++index) {
        int const code = bind_value(
            statement, index, values[place_of(sqlite3_bind_parameter_name(statement, index))]
        );
        if (code != SQLITE_OK)
            fail(code);
    }
}

sql::Rows Handle::step(Prepared& prepared)
{
    auto* const statement = prepared.statement.get();
    std::vector<sql::Value> cells;
    std::size_t count = 0;
    int code = sqlite3_step(statement);
    int const width = sqlite3_column_count(statement);
    for (; code == SQLITE_ROW; code = sqlite3_step(statement), ++count)
        for (int column = 0; column < width; ++column)
            cells.push_back(read_value(statement, column));
    if (code != SQLITE_DONE)
        fail(code);
    auto const changed = prepared.writes ? sqlite3_changes64(database_.get()) : 0;
    return sql::Rows(std::move(cells), static_cast<std::size_t>(width), count, changed);
}

void Handle::fail(int code) const
{
    throw_error(database_.get(), code);
}

} // namespace gatehouse::sqlite
