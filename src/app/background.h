// Work that nobody waits for, on a loop and thread of its own, bounded.
#pragma once

#include "core/async.h"
#include "core/event_loop.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace gatehouse::app {

class Background {
public:
    Background();
    // Waits for what was begun.
    ~Background();
    Background(Background const&) = delete;
    Background& operator=(Background const&) = delete;

    // From any thread. What fails is logged under `name` and counted in
    // gatehouse_failed_open_total; beyond the bound work is dropped the same way.
    void run(std::string name, Async<void> work);

    // Calls `work` on the loop every so often until the end; the first time after `period`.
    void
    repeat(std::string name, std::chrono::milliseconds period, std::function<Async<void>()> work);

private:
    Async<void> guarded(std::string name, Async<void> work);
    Async<void>
    repeated(std::string name, std::chrono::milliseconds period, std::function<Async<void>()> work);
    void begin(Async<void> work);
    void ended();
    bool is_stopping() const { return stopping_.load(); }

    EventLoop loop_;
    std::mutex mutex_;
    std::condition_variable idle_;
    int running_ = 0;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

} // namespace gatehouse::app
