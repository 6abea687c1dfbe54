// Units of work and single reads as coroutines, over desks behind lines.
#include "storage/sql/engine.h"

#include "storage/sql/desk.h"
#include "storage/sql/errors.h"
#include "storage/sql/line.h"
#include "storage/sql/stragglers.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace gatehouse::sql {
namespace {

class WorkUnit final : public Transaction, public Connection {
public:
    WorkUnit(
        std::shared_ptr<Line> line,
        std::shared_ptr<Stragglers> stragglers,
        Access access,
        std::optional<Duration> within,
        Dialect dialect
    )
        : line_(std::move(line))
        , stragglers_(std::move(stragglers))
        , access_(access)
        , within_(within)
        , dialect_(dialect)
    {
    }
    WorkUnit(WorkUnit const&) = delete;
    WorkUnit& operator=(WorkUnit const&) = delete;
    ~WorkUnit() override
    {
        if (unit_ && !concluded_)
            unit_->post({.calls = {}, .ending = Job::Ending::roll_back, .answer = {}});
    }

    Connection& connection() noexcept override { return *this; }
    Dialect dialect() const noexcept override { return dialect_; }

    Async<Rows> query(Statement const& statement, Scope scope, Values values) override
    {
        queue_.push_back({&statement, std::move(scope), std::move(values)});
        return send(Job::Ending::goes_on);
    }

    void later(Statement const& statement, Scope scope, Values values) override
    {
        queue_.push_back({&statement, std::move(scope), std::move(values)});
    }

    Async<void> commit() override
    {
        if (!unit_ && queue_.empty()) {
            concluded_ = true;
            co_return;
        }
        auto const rows = co_await send(Job::Ending::commit);
        (void)rows; // of a statement that later() queued: nobody asked for them
    }

private:
    Async<Rows> send(Job::Ending ending)
    {
        Handoff<Rows> answer;
        Job job;
        job.calls = std::exchange(queue_, {});
        job.ending = ending;
        job.answer = answer.sender();
        if (concluded_)
            throw StorageError(
                StorageError::Kind::broken, "the unit of work has ended by its commit"
            );
        concluded_ = ending == Job::Ending::commit;
        if (reads_one_by_one()) {
            job.ending = Job::Ending::commit;
            enter(begun_with(std::move(job)));
        } else if (unit_) {
            unit_->post(std::move(job));
        } else {
            unit_ = begun_with(std::move(job));
            enter(unit_);
        }
        co_return co_await answer.receive();
    }

    // Each of PostgreSQL's statements sees what is committed when it begins: in a unit that only
    // reads nothing holds them together, so that none keeps a connection between two of them.
    bool reads_one_by_one() const
    {
        return access_ == Access::read && !within_ && dialect_ == Dialect::postgres;
    }

    std::shared_ptr<Unit> begun_with(Job job)
    {
        bool const is_whole = job.ending == Job::Ending::commit && !within_;
        bool const waits_for_nobody = access_ == Access::read
            || std::ranges::all_of(job.calls,
                                   [](Call const& call) { return call.statement->only_adds(); });
        bool const shares = is_whole && waits_for_nobody && !stragglers_->is_among(job.calls);
        auto unit = std::make_shared<Unit>(
            access_, within_, shares ? Unit::Company::shared : Unit::Company::alone
        );
        unit->post(std::move(job));
        return unit;
    }

    void enter(std::shared_ptr<Unit> unit)
    {
        try {
            line_->enter(std::move(unit));
        } catch (...) {
            concluded_ = true; // nothing was begun, so nothing is to be rolled back
            throw;
        }
    }

    std::shared_ptr<Line> line_;
    std::shared_ptr<Stragglers> stragglers_;
    Access access_;
    std::optional<Duration> within_;
    Dialect dialect_;
    std::shared_ptr<Unit> unit_;
    std::vector<Call> queue_;
    bool concluded_ = false;
};

class Reads final : public Connection {
public:
    Reads(std::shared_ptr<Line> line, std::shared_ptr<Stragglers> stragglers, Dialect dialect)
        : line_(std::move(line))
        , stragglers_(std::move(stragglers))
        , dialect_(dialect)
    {
    }
    Dialect dialect() const noexcept override { return dialect_; }

    Async<Rows> query(Statement const& statement, Scope scope, Values values) override
    {
        Handoff<Rows> answer;
        Job job;
        job.calls.push_back({&statement, std::move(scope), std::move(values)});
        job.ending = Job::Ending::commit;
        job.answer = answer.sender();
        auto const company
            = stragglers_->is_among(job.calls) ? Unit::Company::alone : Unit::Company::shared;
        auto const unit = std::make_shared<Unit>(Access::read, std::nullopt, company);
        unit->post(std::move(job));
        line_->enter(unit);
        co_return co_await answer.receive();
    }

    void later(Statement const&, Scope, Values) override
    {
        throw StorageError(
            StorageError::Kind::broken, "a statement for later needs a unit of work"
        );
    }

private:
    std::shared_ptr<Line> line_;
    std::shared_ptr<Stragglers> stragglers_;
    Dialect dialect_;
};

std::shared_ptr<Line> line_of(EngineOptions const& options)
{
    return std::make_shared<Line>(Line::Bounds{
        .longest = options.waiting_units,
        .patience = options.waiting_time,
        .patience_in_rush = options.waiting_time / 4,
        .standing_after = options.rush_after
    });
}

class Engine final : public Database {
public:
    Engine(Drivers drivers, EngineOptions const& options)
        : dialect_(drivers.writers.at(0)->dialect())
        , writers_(line_of(options))
        , readers_(drivers.readers.empty() ? writers_ : line_of(options))
        , stragglers_(std::make_shared<Stragglers>())
        , reads_(readers_, stragglers_, dialect_)
    {
        for (auto& driver : drivers.writers)
            desks_.push_back(
                std::make_unique<Desk>(std::move(driver), writers_, stragglers_, options)
            );
        for (auto& driver : drivers.readers)
            desks_.push_back(
                std::make_unique<Desk>(std::move(driver), readers_, stragglers_, options)
            );
    }
    Engine(Engine const&) = delete;
    Engine& operator=(Engine const&) = delete;
    ~Engine() override
    {
        writers_->close();
        readers_->close();
    }

    Async<std::unique_ptr<Transaction>>
    begin(Access access, std::optional<Duration> within) override
    {
        auto const& line = access == Access::write ? writers_ : readers_;
        co_return std::make_unique<WorkUnit>(line, stragglers_, access, within, dialect_);
    }

    Connection& reads() noexcept override { return reads_; }
    Dialect dialect() const noexcept override { return dialect_; }

private:
    Dialect dialect_;
    std::shared_ptr<Line> writers_;
    std::shared_ptr<Line> readers_;
    std::shared_ptr<Stragglers> stragglers_;
    Reads reads_;
    std::vector<std::unique_ptr<Desk>> desks_;
};

} // namespace

std::unique_ptr<Database> make_database(Drivers drivers, EngineOptions options)
{
    return std::make_unique<Engine>(std::move(drivers), options);
}

} // namespace gatehouse::sql
