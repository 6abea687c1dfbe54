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
    // `longest` units wait, each for `patience`.
    Line(std::size_t longest, Duration patience);
    ~Line();
    Line(Line const&) = delete;
    Line& operator=(Line const&) = delete;

    // Throws Overloaded when the line is full, StorageError when it is closed.
    void enter(std::shared_ptr<Unit> unit);

    // The one that has waited longest; null when the line is closed.
    std::shared_ptr<Unit> take();
    // The same without waiting; null when nobody waits.
    std::shared_ptr<Unit> take_if_waiting();

    // Nobody gets in any more, and those who wait fail.
    void close();

private:
    struct Waiting {
        std::shared_ptr<Unit> unit;
        Deadline until;
    };

    void watch();
    bool turn_away_late_one(std::unique_lock<std::mutex>& lock);
    bool leave_late_one(std::unique_lock<std::mutex>& lock);
    Deadline next_end();
    std::shared_ptr<Unit> front();

    std::size_t const longest_;
    Duration const patience_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::condition_variable all_busy_;
    std::deque<Waiting> waiting_;
    std::vector<Waiting> hurried_; // also those that a connection has taken
    std::size_t idle_ = 0; // threads inside take()
    bool watched_ = false; // the watch knows that somebody waits
    Deadline wakes_ = Deadline::max(); // the watch, by itself
    bool closed_ = false;
    std::thread watch_; // of those who wait too long, also while every connection is stuck
};

} // namespace gatehouse::sql
