// Waiting for a connection, with bounds on how many and how long.
#include "storage/sql/line.h"

#include "core/metrics.h"
#include "storage/sql/errors.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace gatehouse::sql {
namespace {

constexpr int retry_after_seconds = 1;

void count_turned_away(char const* why)
{
    metrics::count("gatehouse_database_turned_away_total", {{"why", why}});
}

} // namespace

Line::Line(std::size_t longest, Duration patience)
    : longest_(longest)
    , patience_(patience)
    , watch_([this] { turn_away_late_ones(); })
{
}

Line::~Line()
{
    close();
    watch_.join();
}

void Line::enter(std::shared_ptr<Unit> unit)
{
    bool wake_watch = false;
    {
        std::lock_guard const lock(mutex_);
        if (closed_)
            throw StorageError(StorageError::Kind::unavailable, "the database is being closed");
        if (waiting_.size() >= longest_) {
            count_turned_away("full");
            throw Overloaded("too many wait for a database connection", retry_after_seconds);
        }
        auto const until = unit->earlier_of(std::chrono::steady_clock::now() + patience_);
        bool const is_hurried = unit->is_hurried();
        waiting_.push_back({std::move(unit), until});
        // The watch sleeps until the next one is late: one that is in a hurry may be that one.
        wake_watch = (!watched_ || is_hurried) && idle_ < waiting_.size();
        watched_ = watched_ || wake_watch;
    }
    arrived_.notify_one();
    if (wake_watch)
        all_busy_.notify_one();
}

std::shared_ptr<Unit> Line::front()
{
    if (waiting_.empty())
        return nullptr;
    auto unit = std::move(waiting_.front().unit);
    waiting_.pop_front();
    return unit;
}

std::shared_ptr<Unit> Line::take()
{
    std::unique_lock lock(mutex_);
    ++idle_;
    arrived_.wait(lock, [this] { return !waiting_.empty() || closed_; });
    --idle_;
    return front();
}

std::shared_ptr<Unit> Line::take_if_waiting()
{
    std::lock_guard const lock(mutex_);
    return front();
}

void Line::close()
{
    std::deque<Waiting> left;
    {
        std::lock_guard const lock(mutex_);
        closed_ = true;
        left.swap(waiting_);
    }
    arrived_.notify_all();
    all_busy_.notify_all();
    auto const why = std::make_exception_ptr(
        StorageError(StorageError::Kind::unavailable, "the database is being closed")
    );
    for (auto& each : left)
        each.unit->end(why);
}

void Line::turn_away_late_ones()
{
    std::unique_lock lock(mutex_);
    while (!closed_) {
        if (waiting_.empty()) {
            watched_ = false;
            all_busy_.wait(lock);
            continue;
        }
        auto const now = std::chrono::steady_clock::now();
        auto const next = std::ranges::min_element(waiting_, {}, &Waiting::until);
        if (auto const until = next->until; now < until) {
            all_busy_.wait_until(lock, until);
            continue;
        }
        auto const unit = std::move(next->unit);
        waiting_.erase(next);
        lock.unlock();
        count_turned_away("late");
        unit->end(std::make_exception_ptr(
            Overloaded("no database connection came free in time", retry_after_seconds)
        ));
        lock.lock();
    }
}

} // namespace gatehouse::sql
