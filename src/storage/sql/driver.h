// What a database driver does, synchronously, on the thread that owns its connection.
#pragma once

#include "storage/sql/connection.h"
#include "storage/sql/errors.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gatehouse::sql {

using Deadline = std::chrono::steady_clock::time_point;

// A statement ready to run. The statement is a constant, so a pointer to it stays good.
struct Call {
    Statement const* statement;
    Scope scope;
    Values values;
};

struct Committed {
    Rows rows; // of the last call that travelled with the commit
    bool on_disk = true; // false: it waits for settle(), together with others
};

// How units that were to share one sync point ended.
struct Together {
    struct Failure {
        std::optional<std::size_t> unit; // whose statement it was; nothing: their common COMMIT
        StorageError::Kind kind;
    };
    std::vector<Rows> rows; // for each unit those of its last call
    std::optional<Failure> failure; // then nothing of any of them happened
};

// One connection. It connects by itself at begin() and again after it broke; a connection in doubt
// is never used for a second unit. Every function but rollback() throws StorageError, commit() and
// settle() OutcomeUnknown too. After a throw from begin, execute or commit the caller says
// rollback().
class Driver {
public:
    virtual ~Driver() = default;
    virtual Dialect dialect() const noexcept = 0;

    // May only take note and let BEGIN travel with the first statement.
    virtual void begin(Access access, Deadline deadline) = 0;

    // Runs the calls in order, stops at the first failure; rows of the last one.
    virtual Rows execute(std::span<Call const> calls, Deadline deadline) = 0;

    // Runs the calls and commits, in one round trip where the database can.
    virtual Committed commit(std::span<Call const> calls, Deadline deadline) = 0;

    // How many units commit_together() may be given; 1: it cannot do that.
    virtual std::size_t most_together() const noexcept { return 1; }

    // After begin(), in place of execute() and commit(): runs the calls of several units, each
    // within its own scopes, and commits all of them at one sync point. Where a statement fails,
    // that is said instead of thrown, nothing of any unit happened, and each may be tried alone,
    // after rollback(). What it throws is true for all of them.
    virtual Together
    commit_together(std::span<std::span<Call const> const> /*units*/, Deadline /*deadline*/)
    {
        throw StorageError(StorageError::Kind::broken, "this driver serves one unit at a time");
    }

    // Brings every unit whose commit said `on_disk = false` to disk, or throws for all of them.
    virtual void settle(Deadline deadline) = 0;

    // Takes back the open unit, if one is open; closes the connection if that does not work.
    virtual void rollback() noexcept = 0;
};

// The connections of one database: writers serve every kind of unit where readers is empty.
struct Drivers {
    std::vector<std::unique_ptr<Driver>> writers;
    std::vector<std::unique_ptr<Driver>> readers;
};

} // namespace gatehouse::sql
