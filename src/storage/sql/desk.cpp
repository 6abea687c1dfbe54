// Serving units of work: their statements in order, their commits alone or together.
#include "storage/sql/desk.h"

#include "core/log.h"
#include "core/metrics.h"
#include "storage/sql/errors.h"

#include <utility>

namespace gatehouse::sql {
namespace {

Deadline now()
{
    return std::chrono::steady_clock::now();
}

std::exception_ptr trouble(StorageError::Kind kind, char const* what)
{
    return std::make_exception_ptr(StorageError(kind, what));
}

} // namespace

Desk::Desk(std::unique_ptr<Driver> driver, std::shared_ptr<Line> line, EngineOptions const& options)
    : driver_(std::move(driver))
    , line_(std::move(line))
    , options_(options)
    , thread_([this] { work(); })
{
}

Desk::~Desk()
{
    thread_.join();
}

void Desk::work()
{
    for (;;) {
        // While units wait for their commit nobody is waited for: who stands in line joins them.
        auto const unit = group_.empty() ? line_->take() : line_->take_if_waiting();
        if (unit)
            serve(*unit);
        else if (group_.empty())
            return; // closed
        if (!group_.empty() && (!unit || group_is_full()))
            settle();
    }
}

bool Desk::group_is_full() const
{
    return group_.size() >= options_.group_size || now() >= group_until_;
}

void Desk::serve(Unit& unit)
{
    try {
        run(unit);
    } catch (...) {
        give_up(unit, std::current_exception());
    }
}

void Desk::run(Unit& unit)
{
    auto const until = unit.earlier_of(now() + options_.unit_time);
    driver_->begin(unit.access(), until);
    for (;;) {
        auto job = unit.next(until);
        if (!job) {
            metrics::count("gatehouse_database_units_timed_out_total");
            log::Line(log::Level::warning, "storage.unit_timed_out");
            return give_up(
                unit, trouble(StorageError::Kind::timeout, "the unit of work took too long")
            );
        }
        switch (job->ending) {
        case Job::Ending::roll_back:
            return give_up(
                unit, trouble(StorageError::Kind::broken, "the unit of work was rolled back")
            );
        case Job::Ending::commit:
            return conclude(unit, std::move(*job), until);
        case Job::Ending::goes_on:
            break;
        }
        try {
            job->answer->deliver(driver_->execute(job->calls, until));
        } catch (...) {
            give_up(unit, std::current_exception());
            return job->answer->fail(std::current_exception());
        }
    }
}

void Desk::conclude(Unit& unit, Job job, Deadline until)
{
    try {
        auto committed = driver_->commit(job.calls, until);
        unit.end(trouble(StorageError::Kind::broken, "the unit of work has ended by its commit"));
        if (committed.on_disk)
            return job.answer->deliver(std::move(committed.rows));
        if (group_.empty())
            group_until_ = now() + options_.group_time;
        group_.push_back({*job.answer, std::move(committed.rows)});
    } catch (...) {
        give_up(unit, std::current_exception());
        job.answer->fail(std::current_exception());
    }
}

void Desk::give_up(Unit& unit, std::exception_ptr why)
{
    driver_->rollback();
    unit.end(std::move(why));
    // A failure may have cost the driver what the group has not settled yet: find out now, before
    // another unit begins.
    if (!group_.empty())
        settle();
}

void Desk::settle()
{
    auto const group = std::exchange(group_, {});
    try {
        driver_->settle(now() + options_.unit_time);
    } catch (...) {
        for (auto const& each : group)
            each.answer.fail(std::current_exception());
        return;
    }
    for (auto const& each : group)
        each.answer.deliver(each.rows);
}

} // namespace gatehouse::sql
