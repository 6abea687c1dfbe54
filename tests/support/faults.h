// Faults between the engine and a driver: the Nth statement of a run fails in a chosen way.
#pragma once

#include "storage/sql/driver.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>

namespace gatehouse::testing {

enum class FaultKind {
    error_before, // it does not run; at COMMIT nothing is committed and that is known
    error_after, // it runs, and its answer is lost; at COMMIT: outcome unknown, and it is on disk
    disconnect, // the connection breaks before it arrives; at COMMIT: outcome unknown, and nothing
                // is
    time_out, // it takes too long; at COMMIT as with disconnect
    slow, // it takes a while and succeeds
};

inline constexpr FaultKind every_fault[]
    = {FaultKind::error_before,
       FaultKind::error_after,
       FaultKind::disconnect,
       FaultKind::time_out,
       FaultKind::slow};
char const* name_of(FaultKind kind);

// Statements are counted from 1, BEGIN and COMMIT among them, over all connections together.
struct FaultPlan {
    std::size_t nth = 0; // 0: never
    FaultKind kind = FaultKind::error_before;
    std::chrono::milliseconds delay = std::chrono::milliseconds(50); // of `slow`
};

class Faults {
public:
    // Counts from anew; each plan fires once.
    void arm(FaultPlan plan);
    void disarm() { arm({}); }

    std::size_t seen() const { return seen_; } // statements since arm()
    std::size_t commits() const { return commits_; } // of writes that succeeded, ever
    bool fired() const { return fired_; }

    bool is_armed() const { return nth_ != 0; }
    void count(std::size_t statements) { seen_ += statements; }
    void count_commit() { ++commits_; }

    // Of the statement that is about to run: whether the fault strikes now.
    bool strikes();
    FaultKind kind() const { return kind_; }
    std::chrono::milliseconds delay() const { return delay_.load(); }

private:
    std::atomic<std::size_t> nth_ = 0;
    std::atomic<FaultKind> kind_ = FaultKind::error_before;
    std::atomic<std::chrono::milliseconds> delay_ = std::chrono::milliseconds(0);
    std::atomic<std::size_t> seen_ = 0;
    std::atomic<std::size_t> commits_ = 0;
    std::atomic<bool> fired_ = false;
};

sql::Drivers with_faults(sql::Drivers drivers, std::shared_ptr<Faults> faults);

} // namespace gatehouse::testing
