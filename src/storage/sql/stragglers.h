// Statements that took too long in company: for a while they go alone.
#pragma once

#include "storage/sql/driver.h"

#include <atomic>
#include <cstddef>
#include <mutex>
#include <span>
#include <unordered_map>

namespace gatehouse::sql {

// Safe to use from every thread. What is slow by nature, a list of many or a report, would else be
// begun in company, given up and begun anew each time, and its neighbours would wait for it.
class Stragglers {
public:
    bool is_among(std::span<Call const> calls) const;
    void add(std::span<Call const> calls);

private:
    mutable std::mutex mutex_;
    std::unordered_map<Statement const*, Deadline> until_;
    std::atomic<bool> any_ = false; // so that nobody takes the lock where there never was one
};

} // namespace gatehouse::sql
