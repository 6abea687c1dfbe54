// Work that nobody waits for, on a loop and thread of its own, bounded.
#pragma once

#include "core/async.h"
#include "core/event_loop.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
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

    // Why the last call of what repeats under this name failed; "" where it did not.
    std::string trouble_of(std::string const& name) const;

    bool is_stopping() const { return stopping_.load(); } // nothing more is taken

private:
    Async<void> guarded(std::string name, Async<void> work);
    Async<void>
    repeated(std::string name, std::chrono::milliseconds period, std::function<Async<void>()> work);
    void begin(Async<void> work);
    void ended();

    EventLoop loop_;
    mutable std::mutex mutex_;
    std::condition_variable idle_;
    int running_ = 0;
    std::map<std::string, std::string> failing_; // what repeats, and why it failed last
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

// What is left after the background has ended (a body that was never sent to its end may be given
// up as late) is logged and counted as lost.
void run_in(Background* background, std::string_view name, Async<void> work);

} // namespace gatehouse::app
