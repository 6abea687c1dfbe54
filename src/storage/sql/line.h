// The bounded queue of units that wait for a connection: past its bounds it says so, at once.
#pragma once

#include "core/time.h"
#include "storage/sql/unit.h"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace gatehouse::sql {

class Line {
public:
    struct Bounds {
        std::size_t longest; // so many units wait
        Duration patience; // each so long
        // But where the line has not been empty for `standing_after`, more come than can be served,
        // and whoever comes then waits no longer than this: who is served is served in time, and
        // what waits is gone soon after the rush.
        Duration patience_in_rush;
        Duration standing_after;
    };
    explicit Line(Bounds const& bounds);
    ~Line();
    Line(Line const&) = delete;
    Line& operator=(Line const&) = delete;

    // Throws Overloaded when the line is full, StorageError when it is closed.
    void enter(std::shared_ptr<Unit> unit);

    // The one that has waited longest; null when the line is closed.
    std::shared_ptr<Unit> take();
    // The same without waiting; null when nobody waits.
    std::shared_ptr<Unit> take_if_waiting();
    // The same where that one may share a sync point with others of this access; else null.
    std::shared_ptr<Unit> take_to_share(Access access);

    // Nobody gets in any more, and those who wait fail.
    void close();

private:
    struct Waiting {
        std::shared_ptr<Unit> unit;
        Deadline until;
    };

    Deadline end_of_patience();
    void watch();
    bool turn_away_late_one(std::unique_lock<std::mutex>& lock);
    bool leave_late_one(std::unique_lock<std::mutex>& lock);
    Deadline next_end();
    std::shared_ptr<Unit> front();

    Bounds const bounds_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::condition_variable all_busy_;
    std::deque<Waiting> waiting_;
    std::vector<Waiting> hurried_; // also those that a connection has taken
    Deadline not_empty_since_{}; // while somebody waits
    std::size_t idle_ = 0; // threads inside take()
    bool watched_ = false; // the watch knows that somebody waits
    Deadline wakes_ = Deadline::max(); // the watch, by itself
    bool closed_ = false;
    std::thread watch_; // of those who wait too long, also while every connection is stuck
};

} // namespace gatehouse::sql
