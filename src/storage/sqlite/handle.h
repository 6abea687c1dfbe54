// One open SQLite database on one thread: prepared statements, values in and out, time limits.
#pragma once

#include "storage/sql/driver.h"

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace gatehouse::sqlite {

enum class Mode { read_write, read_only };

// Two copies of the header, one after the other (sqlite.org/walformat.html 2.1).
inline constexpr std::size_t wal_index_head = 96;

class Handle {
public:
    // Opens the file, in WAL mode with every commit on disk before it returns; creates it, readable
    // by its owner alone, in Mode::read_write. Throws StorageError.
    Handle(std::string const& path, Mode mode);
    ~Handle();
    Handle(Handle const&) = delete;
    Handle& operator=(Handle const&) = delete;

    // Locks and long statements are given up at `deadline` with StorageError (timeout).
    sql::Rows
    run(sql::Statement const& statement, sql::Values const& values, sql::Deadline deadline);

    // Several statements without values and results: scripts, BEGIN, COMMIT.
    void script(char const* text, sql::Deadline deadline);

    // COMMIT; throws OutcomeUnknown when writing to disk failed half-way.
    void commit(sql::Deadline deadline);

    // The head of the shared memory in which every commit to the file, by any process, leaves its
    // number (wal_index_head bytes): whoever finds it unchanged has missed nothing. Null where
    // there is none to look at. Good for as long as the handle is.
    unsigned char const volatile* wal_index() const noexcept;

    // False: no transaction is open, also because SQLite took it back by itself after an error.
    bool in_transaction() const noexcept;

private:
    struct Closer {
        void operator()(sqlite3* database) const noexcept;
    };
    struct Finalizer {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };
    struct Prepared {
        std::unique_ptr<sqlite3_stmt, Finalizer> statement;
        bool writes = false;
    };

    void configure(Mode mode);
    void switch_to_wal(sql::Deadline deadline);
    int prepare(sql::Statement const& statement, sqlite3_stmt*& made); // what SQLite says
    Prepared& prepared(sql::Statement const& statement);
    void bind(sqlite3_stmt* statement, sql::Values const& values);
    sql::Rows step(Prepared& prepared);
    [[noreturn]] void fail(int code) const;

    sql::Deadline deadline_;
    std::unique_ptr<sqlite3, Closer> database_;
    // Statements are constants: the address is the key.
    std::unordered_map<sql::Statement const*, Prepared> prepared_;
};

} // namespace gatehouse::sqlite
