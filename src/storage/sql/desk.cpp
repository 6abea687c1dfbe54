// Serving units of work: their statements in order, their commits alone or together.
#include "storage/sql/desk.h"

#include "core/log.h"
#include "core/metrics.h"
#include "core/overloaded.h"
#include "storage/sql/errors.h"

#include <algorithm>
#include <utility>

namespace gatehouse::sql {
namespace {

Deadline now()
{
    return std::chrono::steady_clock::now();
}

constexpr char const* ended_by_commit = "the unit of work has ended by its commit";

std::exception_ptr trouble(StorageError::Kind kind, char const* what)
{
    return std::make_exception_ptr(StorageError(kind, what));
}

} // namespace

Desk::Desk(
    std::unique_ptr<Driver> driver,
    std::shared_ptr<Line> line,
    std::shared_ptr<Stragglers> stragglers,
    EngineOptions const& options
)
    : driver_(std::move(driver))
    , line_(std::move(line))
    , stragglers_(std::move(stragglers))
    , options_(options)
    , most_together_(std::min(driver_->most_together(), options.most_together))
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
        if (unit && unit->may_share() && most_together_ > 1)
            serve_together(gather(unit));
        else if (unit)
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
            return conclude(unit, *job, until);
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

void Desk::conclude(Unit& unit, Job const& job, Deadline until)
{
    try {
        auto committed = driver_->commit(job.calls, until);
        unit.end(trouble(StorageError::Kind::broken, ended_by_commit));
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

// Who waits already, and nobody is waited for: under load groups grow by themselves.
std::vector<Desk::Whole> Desk::gather(std::shared_ptr<Unit> first)
{
    auto const access = first->access();
    std::vector<Whole> group;
    for (auto unit = std::move(first); unit; unit = line_->take_to_share(access)) {
        auto job = unit->next(now()); // it was posted before the unit entered the line
        if (job)
            group.push_back({std::move(unit), *std::move(job)});
        if (group.size() >= most_together_)
            break;
    }
    return group;
}

void Desk::serve_together(std::vector<Whole> group)
{
    if (group.empty())
        return;
    if (group.size() == 1)
        return serve_alone(group.front());
    try {
        if (commit_together(group, now() + options_.unit_time))
            return;
    } catch (...) {
        driver_->rollback();
        for (auto const& each : group) {
            each.unit->end(std::current_exception());
            each.job.answer->fail(std::current_exception());
        }
        return;
    }
    // One after the other, and none later than a connection would have been waited for: what held
    // up the first may hold up all of them.
    auto const patience = now() + options_.waiting_time;
    for (auto const& each : group) {
        if (now() < patience)
            serve_alone(each);
        else
            turn_away(each);
    }
}

void Desk::turn_away(Whole const& whole)
{
    metrics::count("gatehouse_database_turned_away_total", {{"why", "parted"}});
    auto const why = std::make_exception_ptr(Overloaded("the database is slow", 1));
    whole.unit->end(why);
    whole.job.answer->fail(why);
}

// False: nothing of any of them happened, and one may have been in the way of the others.
bool Desk::commit_together(std::vector<Whole> const& group, Deadline until)
{
    std::vector<std::span<Call const>> units;
    units.reserve(group.size());
    for (auto const& each : group)
        units.emplace_back(each.job.calls);
    driver_->begin(group.front().unit->access(), until);
    auto ended = driver_->commit_together(units, until);
    if (ended.failure) {
        driver_->rollback();
        metrics::count("gatehouse_database_groups_parted_total");
        if (ended.failure->kind == StorageError::Kind::timeout && ended.failure->unit)
            stragglers_->add(units[*ended.failure->unit]);
        return false;
    }
    metrics::count("gatehouse_database_groups_total");
    for (std::size_t at = 0; at < group.size(); ++at) {
        group[at].unit->end(trouble(StorageError::Kind::broken, ended_by_commit));
        group[at].job.answer->deliver(std::move(ended.rows[at]));
    }
    return true;
}

void Desk::serve_alone(Whole const& whole)
{
    auto const until = now() + options_.unit_time;
    try {
        driver_->begin(whole.unit->access(), until);
    } catch (...) {
        give_up(*whole.unit, std::current_exception());
        return whole.job.answer->fail(std::current_exception());
    }
    conclude(*whole.unit, whole.job, until);
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
