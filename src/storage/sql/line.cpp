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

Line::Line(Bounds const& bounds)
    : bounds_(bounds)
    , watch_([this] { watch(); })
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
        if (waiting_.size() >= bounds_.longest) {
            count_turned_away("full");
            throw Overloaded("too many wait for a database connection", retry_after_seconds);
        }
        auto const until = unit->earlier_of(end_of_patience());
        if (auto const left = unit->nobody_waits_after()) {
            hurried_.push_back({unit, *left});
            wake_watch = *left < wakes_;
        }
        waiting_.push_back({std::move(unit), until});
        // The watch sleeps until the next one is late.
        wake_watch
            = wake_watch || (!watched_ && idle_ < waiting_.size()) || (watched_ && until < wakes_);
        watched_ = watched_ || wake_watch;
    }
    arrived_.notify_one();
    if (wake_watch)
        all_busy_.notify_one();
}

Deadline Line::end_of_patience()
{
    auto const now = std::chrono::steady_clock::now();
    if (waiting_.empty())
        not_empty_since_ = now;
    bool const is_rush = now - not_empty_since_ > bounds_.standing_after;
    return now + (is_rush ? bounds_.patience_in_rush : bounds_.patience);
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

std::shared_ptr<Unit> Line::take_to_share(Access access)
{
    std::lock_guard const lock(mutex_);
    if (waiting_.empty())
        return nullptr;
    auto const& next = *waiting_.front().unit;
    if (!next.may_share() || next.access() != access)
        return nullptr;
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

Deadline Line::next_end()
{
    std::erase_if(hurried_, [](Waiting const& one) { return one.unit->has_ended(); });
    auto next = Deadline::max();
    for (auto const& one : waiting_)
        next = std::min(next, one.until);
    for (auto const& one : hurried_)
        next = std::min(next, one.until);
    return next;
}

// Whoever no connection came free for. False: nobody is late.
bool Line::turn_away_late_one(std::unique_lock<std::mutex>& lock)
{
    auto const next = std::ranges::min_element(waiting_, {}, &Waiting::until);
    if (next == waiting_.end() || std::chrono::steady_clock::now() < next->until)
        return false;
    auto const unit = std::move(next->unit);
    waiting_.erase(next);
    lock.unlock();
    count_turned_away("late");
    unit->end(std::make_exception_ptr(
        Overloaded("no database connection came free in time", retry_after_seconds)
    ));
    lock.lock();
    return true;
}

// Whoever a connection has taken, and not served in time: it may be connecting still.
bool Line::leave_late_one(std::unique_lock<std::mutex>& lock)
{
    auto const next = std::ranges::min_element(hurried_, {}, &Waiting::until);
    if (next == hurried_.end() || std::chrono::steady_clock::now() < next->until)
        return false;
    auto const unit = std::move(next->unit);
    hurried_.erase(next);
    lock.unlock();
    unit->leave(std::make_exception_ptr(
        StorageError(StorageError::Kind::timeout, "the database did not answer in time")
    ));
    lock.lock();
    return true;
}

void Line::watch()
{
    std::unique_lock lock(mutex_);
    while (!closed_) {
        if (turn_away_late_one(lock) || leave_late_one(lock))
            continue;
        wakes_ = next_end();
        watched_ = !waiting_.empty();
        if (wakes_ == Deadline::max())
            all_busy_.wait(lock);
        else
            all_busy_.wait_until(lock, wakes_);
    }
}

} // namespace gatehouse::sql
