// The policy of this moment, which a reload replaces whole.
#pragma once

#include "policy/policy.h"

#include <atomic>
#include <memory>
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
    std::shared_ptr<Policy const> current() const { return current_.load(); }
    void replace(std::shared_ptr<Policy const> next) { current_.store(std::move(next)); }

private:
    std::atomic<std::shared_ptr<Policy const>> current_;
};

} // namespace gatehouse::policy
