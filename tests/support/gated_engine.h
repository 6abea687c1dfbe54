// A hashing engine that a test holds back and lets go.
#pragma once

#include "crypto/hash_engine.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stdexcept>

namespace gatehouse::testing {

// Holds every job back until the gate is opened; a password "throw" breaks.
class Gated final : public crypto::HashEngine {
public:
    explicit Gated(std::size_t lanes = 1)
        : lanes_(lanes)
    {
    }
    std::unique_ptr<crypto::HashLanes> lanes() override { return std::make_unique<Lanes>(*this); }

    void open()
    {
        std::unique_lock const lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void wait_until_entered(int times)
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return entered_ >= times; });
    }
    std::size_t largest_group()
    {
        std::unique_lock const lock(mutex_);
        return largest_group_;
    }

private:
    class Lanes final : public crypto::HashLanes {
    public:
        explicit Lanes(Gated& gate)
            : gate_(gate)
        {
        }
        std::size_t lanes() const noexcept override { return gate_.lanes_; }
        void begin(crypto::HashJob& job) noexcept override { in_work_.push_back(&job); }
        void advance(std::vector<crypto::HashJob*>& ended) noexcept override
        {
            std::unique_lock lock(gate_.mutex_);
            ++gate_.entered_;
            gate_.largest_group_ = std::max(gate_.largest_group_, in_work_.size());
            gate_.changed_.notify_all();
            gate_.changed_.wait(lock, [this] { return gate_.open_; });
            for (auto* const job : in_work_) {
                if (job->password.reveal() == "throw")
                    job->failure = std::make_exception_ptr(std::runtime_error("broken engine"));
                job->matches = job->password.reveal() == "right";
                job->made.hash = "made";
                ended.push_back(job);
            }
            in_work_.clear();
        }

    private:
        Gated& gate_;
        std::vector<crypto::HashJob*> in_work_;
    };

    std::size_t const lanes_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
    int entered_ = 0;
    std::size_t largest_group_ = 0;
};

} // namespace gatehouse::testing
