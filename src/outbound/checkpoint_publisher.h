// The worker that keeps checkpoints outside the database, on a thread of its own.
#pragma once

#include "core/event_loop.h"
#include "core/time.h"
#include "domain/storage.h"
#include "outbound/checkpoint_target.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace gatehouse::outbound {

// A checkpoint waits in the database until the target has it: once or more, never lost. What fails
// is logged, counted and tried again, after a second at first and a minute at last.
class CheckpointPublisher {
public:
    // Both references must outlive it.
    CheckpointPublisher(
        domain::Storage& storage, Clock const& clock, std::unique_ptr<CheckpointTarget> target
    );
    CheckpointPublisher(CheckpointPublisher const&) = delete;
    CheckpointPublisher& operator=(CheckpointPublisher const&) = delete;
    ~CheckpointPublisher(); // stops

    void start(); // once
    // Publishes what waits, now; false where it failed. For the thread, and for tests.
    bool run_once();
    std::string trouble() const; // empty: all was published; from any thread

private:
    void run();
    bool pause(Duration time); // false: it is to stop
    void note(std::string failure);

    domain::Storage& storage_;
    Clock const& clock_;
    std::unique_ptr<CheckpointTarget> const target_;
    EventLoop loop_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::string failure_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace gatehouse::outbound
