// What stores and use cases hold: a connection for statements, a unit of work, the database.
#pragma once

#include "core/async.h"
#include "core/changes.h"
#include "core/time.h"
#include "storage/sql/rows.h"
#include "storage/sql/scope.h"
#include "storage/sql/statement.h"
#include "storage/sql/value.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::sql {

enum class Access : std::uint8_t { read, write };

// Runs statements for stores: inside one unit of work, or each as a read of its own.
class Connection {
public:
    virtual ~Connection() = default;

    // Runs what later() queued, then this, and gives back this one's rows. Throws StorageError,
    // Overloaded. A failed statement ends its unit of work: all is rolled back, and every further
    // statement of it fails. One at a time: await it before the next.
    virtual Async<Rows> query(Statement const& statement, Scope scope, Values values) = 0;

    // Queues a statement whose result nobody needs: it travels with the next query or the commit,
    // in order, and what fails in it is thrown there. Without query or commit it never runs.
    virtual void later(Statement const& statement, Scope scope, Values values) = 0;

    virtual Dialect dialect() const noexcept = 0;

    // What a statement of the unit of work changes for those who keep it in memory; told to them
    // once the unit has ended (Storage), whatever became of it.
    struct Noted {
        char kind;
        std::string id;
    };
    void note(Changes::Thing thing) { noted_.push_back({thing.kind, std::string(thing.id)}); }
    std::vector<Noted> take_noted() { return std::exchange(noted_, {}); }

private:
    std::vector<Noted> noted_;
};

// A unit of work. It takes a connection at its first statement and gives it back when it ends:
// never hold one while hashing, mailing or calling out. Dropped uncommitted, it rolls back without
// making anybody wait.
class Transaction {
public:
    virtual ~Transaction() = default;
    virtual Connection& connection() noexcept = 0;

    // Runs what later() queued, and resolves when all of it is on disk. Throws StorageError
    // (nothing of it happened) or OutcomeUnknown (nobody knows). At most once.
    virtual Async<void> commit() = 0;
};

// Safe to use from every event loop. Keep it alive until all its transactions have ended.
class Database {
public:
    virtual ~Database() = default;

    // Throws Overloaded at the first statement when no connection comes free within the bound. With
    // `within` the unit ends by then at the latest, counted from when a connection takes it.
    virtual Async<std::unique_ptr<Transaction>>
    begin(Access access, std::optional<Duration> within = {}) = 0;

    // Each query is a read of its own: one round trip, nothing to commit. later() throws here.
    virtual Connection& reads() noexcept = 0;

    virtual Dialect dialect() const noexcept = 0;
};

} // namespace gatehouse::sql
