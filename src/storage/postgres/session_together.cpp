// Several units at one sync point: one transaction, in which each statement has its own unit's
// scope.
#include "storage/postgres/session.h"

#include <string>
#include <utility>

namespace gatehouse::postgres {
namespace {

using sql::StorageError;

// A statement that takes long, or waits for somebody's lock, must not hold up its neighbours: it is
// given up and tried again alone. Transaction-local.
constexpr sql::Statement tell_limits("SELECT set_config('statement_timeout', $1, true), "
                                     "set_config('lock_timeout', $2, true)");

} // namespace

sql::Together
Session::commit_together(std::span<std::span<sql::Call const> const> units, sql::Deadline deadline)
{
    sql::Together together;
    try {
        send_together(units);
        receive(deadline, units.size());
        begun_ = false;
    } catch (Lost const& lost) {
        if (auto const failure = std::exchange(failure_, std::nullopt)) {
            // A statement before COMMIT had failed, so COMMIT did not run.
            together.failure = {.unit = failed_unit_, .kind = failure->kind()};
            drop(lost);
            return together;
        }
        if (commit_ != Progress::committed)
            lose(lost);
        drop(lost); // the answer to COMMIT had come: it is done
    } catch (StorageError const& error) {
        together.failure = {.unit = failed_unit_, .kind = error.kind()};
        return together;
    }
    together.rows.resize(units.size());
    if (access_ == sql::Access::read) // nobody asked for rows of a write
        read_together(together);
    return together;
}

// What one of them cannot read is its own affair.
void Session::read_together(sql::Together& together)
{
    for (std::size_t at = 0; at < last_.size(); ++at) {
        try {
            together.rows[at] = rows_of(last_[at]);
        } catch (StorageError const& error) {
            together.failure = {.unit = at, .kind = error.kind()};
            return;
        }
    }
}

void Session::send_together(std::span<std::span<sql::Call const> const> units)
{
    std::vector<Bound> bound; // all of them before anything is sent: one may be refused
    bound.reserve(units.size());
    for (auto const& calls : units) {
        failed_unit_ = bound.size();
        bound.push_back(bind(calls));
    }
    failed_unit_.reset();
    send_begin();
    auto const milliseconds = [](Duration duration) {
        return std::to_string(duration.count());
    };
    auto const limits = sql::values(
        milliseconds(limits_.statement_together), milliseconds(limits_.lock_together)
    );
    send_call(tell_limits, Parameters(limits));
    add(Step::Kind::plain);
    // send() tells the server a scope wherever it is another than the one before, whosever that
    // was: no unit begins within what its neighbour has left behind.
    for (std::size_t at = 0; at < units.size(); ++at) {
        unit_ = at;
        send(units[at], bound[at]);
    }
    unit_.reset();
    send_commit();
}

} // namespace gatehouse::postgres
