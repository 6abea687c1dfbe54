// Driving PostgreSQL in pipeline mode.
#include "storage/postgres/session.h"

#include "core/log.h"
#include "core/metrics.h"
#include "storage/postgres/errors.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace gatehouse::postgres {
namespace {

using sql::StorageError;
using Clock = std::chrono::steady_clock;

// Transaction-local, so that nothing of it outlives the unit of work.
constexpr sql::Statement tell_scope("SELECT set_config('app.organization_id', $1, true), "
                                    "set_config('app.current_user_id', $2, true)");

// For the server to say that it has cancelled a statement in time, which keeps the connection.
constexpr Duration grace = 250ms;

} // namespace

Session::Session(
    std::string url,
    Limits const& limits,
    std::string role,
    std::shared_ptr<Reconnecting> reconnecting
)
    : url_(std::move(url))
    , limits_(limits)
    , role_(std::move(role))
    , reconnecting_(std::move(reconnecting))
{
}

void Session::begin(sql::Access access, sql::Deadline deadline)
{
    if (link_ && !link_->is_sound()) {
        log::Line(log::Level::warning, "postgres.connection_gone");
        link_.reset();
    }
    if (!link_)
        connect();
    access_ = access;
    unit_ends_ = deadline;
    is_hurried_ = deadline - Clock::now() < limits_.statement;
    begun_ = false;
    commit_ = Progress::not_sent;
    unit_.reset();
    scope_ = sql::Scope::global(); // what an unset setting means
}

void Session::connect()
{
    auto const began = Clock::now();
    if (auto const failure = reconnecting_->refuses(began))
        throw StorageError(
            StorageError::Kind::unavailable, "PostgreSQL is not reachable: " + *failure
        );
    prepared_.clear();
    steps_.clear();
    stale_ = false;
    try {
        link_.emplace(url_, limits_, role_);
        reconnecting_->succeeded(Clock::now());
    } catch (Lost const& lost) {
        link_.reset();
        reconnecting_->failed(began, Clock::now(), lost.what());
        metrics::count("gatehouse_database_connects_failed_total");
        log::Line(log::Level::error, "postgres.connect_failed").with("cause", lost.what());
        throw StorageError(
            StorageError::Kind::unavailable,
            std::string("PostgreSQL is not reachable: ") + lost.what()
        );
    }
}

sql::Rows Session::execute(std::span<sql::Call const> calls, sql::Deadline deadline)
{
    try {
        send(calls, bind(calls));
        link_->sync();
        receive(deadline);
    } catch (Lost const& lost) {
        lose(lost);
    }
    return rows_of(last_.front());
}

sql::Rows Session::rows_of(Result const& last)
{
    return last ? read_rows(last.get()) : sql::Rows();
}

sql::Committed Session::commit(std::span<sql::Call const> calls, sql::Deadline deadline)
{
    if (calls.empty() && !begun_)
        return {};
    try {
        // Found dead before COMMIT is sent, it is a failure, not an unknown outcome.
        if (!link_->is_sound())
            throw Lost(Lost::Why::broken, "the connection was closed before COMMIT was sent");
        send(calls, bind(calls));
        send_commit();
        receive(deadline);
        begun_ = false;
    } catch (Lost const& lost) {
        if (commit_ != Progress::committed)
            lose(lost);
        drop(lost); // the answer to COMMIT had come: it is done
    }
    // Nobody asked for rows of a write, and what is committed must not fail over reading them.
    if (access_ == sql::Access::write || last_.empty())
        return {};
    return {.rows = rows_of(last_.front())};
}

Session::Bound Session::bind(std::span<sql::Call const> calls)
{
    Bound bound;
    bound.reserve(calls.size());
    for (auto const& call : calls)
        bound.emplace_back(call.values);
    return bound;
}

void Session::send(std::span<sql::Call const> calls, Bound const& bound)
{
    if (!begun_)
        send_begin();
    for (std::size_t at = 0; at < calls.size(); ++at) {
        if (calls[at].scope != scope_)
            send_scope(calls[at].scope);
        send_call(*calls[at].statement, bound[at]);
        add(Step::Kind::call);
    }
}

void Session::send_begin()
{
    begun_ = true;
    // Whatever the database's own default is: what is read under a lock must be what is true then.
    link_->send(
        access_ == sql::Access::read ? "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY"
                                     : "BEGIN ISOLATION LEVEL READ COMMITTED"
    );
    add(Step::Kind::plain);
    if (!is_hurried_)
        return;
    auto const left = std::chrono::duration_cast<Duration>(unit_ends_ - Clock::now()).count();
    auto const limit = std::to_string(std::max<std::int64_t>(left, 1)); // 0 would be none at all
    link_->send(("SET LOCAL statement_timeout = " + limit).c_str());
    add(Step::Kind::plain);
}

void Session::send_scope(sql::Scope const& scope)
{
    send_call(tell_scope, Parameters(sql::values(scope.organization_id(), scope.user_id())));
    add(Step::Kind::plain);
    scope_ = scope;
}

void Session::send_call(sql::Statement const& statement, Parameters const& parameters)
{
    auto found = prepared_.find(&statement);
    if (found == prepared_.end()) {
        auto name = "s" + std::to_string(++names_);
        link_->send_prepare(name, statement.text(sql::Dialect::postgres));
        add(Step::Kind::prepare, &statement);
        found = prepared_.emplace(&statement, std::move(name)).first;
    }
    link_->send_prepared(found->second, parameters);
}

void Session::add(Step::Kind kind, sql::Statement const* prepared)
{
    steps_.push_back({kind, prepared, unit_});
}

void Session::send_commit()
{
    link_->send("COMMIT");
    add(Step::Kind::commit);
    commit_ = Progress::sent;
    link_->sync();
}

void Session::receive(sql::Deadline deadline, std::size_t units)
{
    auto const unit_ends = is_hurried_ ? deadline + grace : deadline;
    auto const until = std::min<sql::Deadline>(unit_ends, Clock::now() + limits_.reply);
    failure_.reset();
    last_.clear();
    last_.resize(units);
    link_->forget_doubt();
    for (auto const& step : steps_) {
        bool answered = false;
        while (auto result = link_->next(until)) {
            answered = true;
            take(step, std::move(result));
        }
        if (!answered)
            throw Lost(Lost::Why::broken, "the connection ended before every answer came");
    }
    auto const end = link_->next(until);
    if (!end || PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC)
        throw Lost(Lost::Why::broken, "the connection ended before the end of the answers");
    steps_.clear();
    if (failure_)
        throw *std::exchange(failure_, std::nullopt);
}

void Session::take(Step const& step, Result result)
{
    auto const status = PQresultStatus(result.get());
    bool const well = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (!well && step.kind == Step::Kind::prepare)
        prepared_.erase(step.prepared);
    if (status == PGRES_PIPELINE_ABORTED)
        return; // not run: an earlier one failed
    if (!well) {
        if (ends_session(result.get()))
            throw Lost(Lost::Why::broken, PQresultErrorMessage(result.get()));
        stale_ = stale_ || outdates_prepared(result.get());
        if (!failure_) {
            failure_ = error_of(result.get());
            failed_unit_ = step.unit;
        }
        return;
    }
    if (step.kind == Step::Kind::commit)
        take_commit(result.get());
    if (step.kind == Step::Kind::call)
        last_[step.unit.value_or(0)] = std::move(result);
}

void Session::take_commit(PGresult const* result)
{
    if (std::string_view(PQcmdStatus(const_cast<PGresult*>(result))) != "COMMIT")
        failure_ = StorageError(StorageError::Kind::broken, "COMMIT was answered by a rollback");
    else if (link_->commit_in_doubt())
        throw sql::OutcomeUnknown("the commit may not have reached the standby");
    else
        commit_ = Progress::committed;
}

void Session::drop(Lost const& lost)
{
    log::Line(log::Level::error, "postgres.connection_lost").with("cause", lost.what());
    metrics::count("gatehouse_database_connections_lost_total");
    link_.reset();
    steps_.clear();
    begun_ = false;
}

// Nothing more can come over this connection. What it means depends on how far COMMIT got.
void Session::lose(Lost const& lost)
{
    drop(lost);
    if (auto failure = std::exchange(failure_, std::nullopt))
        throw *failure; // a statement before COMMIT had failed, so COMMIT did not run
    if (commit_ == Progress::sent && access_ == sql::Access::write)
        throw sql::OutcomeUnknown(
            std::string("the connection was lost during COMMIT: ") + lost.what()
        );
    throw StorageError(
        lost.why() == Lost::Why::too_late ? StorageError::Kind::timeout
                                          : StorageError::Kind::unavailable,
        lost.what()
    );
}

void Session::rollback() noexcept
{
    try {
        if (!steps_.empty() || stale_)
            link_.reset(); // answers are still on their way, or it would fail again: start afresh
        if (link_ && begun_) {
            link_->send("ROLLBACK");
            add(Step::Kind::plain);
            link_->sync();
            receive(Clock::now() + limits_.reply);
        }
    } catch (std::exception const& error) {
        // Closing the connection makes the server roll back.
        log::Line(log::Level::warning, "postgres.rollback_failed").with("cause", error.what());
        link_.reset();
    }
    steps_.clear();
    begun_ = false;
}

} // namespace gatehouse::postgres
