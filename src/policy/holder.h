// The policy of this moment, which a reload replaces whole.
#pragma once

#include "policy/policy.h"

#include <memory>
#include <mutex>
#include <utility>

namespace gatehouse::policy {

// From any thread. A request takes what holds when it is let in and keeps it to its end, so that
// one answer never rests on two policies.
class PolicyHolder {
public:
    explicit PolicyHolder(std::shared_ptr<Policy const> first)
        : current_(std::move(first))
    {
    }
    std::shared_ptr<Policy const> current() const
    {
        std::lock_guard const lock(mutex_);
        return current_;
    }
    // The one before it goes after the lock: its last owner frees a whole policy.
    void replace(std::shared_ptr<Policy const> next)
    {
        std::lock_guard const lock(mutex_);
        current_.swap(next);
    }

private:
    mutable std::mutex mutex_; // held for as long as a pointer is copied
    std::shared_ptr<Policy const> current_;
};

} // namespace gatehouse::policy
