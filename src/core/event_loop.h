// One thread's event loop: coroutines run on it, other threads hand results back to it. No Boost
// here.
#pragma once

#include "core/async.h"

#include <chrono>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>

namespace gatehouse {

// It must outlive every thread that may still be inside post(): stop those first.
class EventLoop {
public:
    EventLoop();
    ~EventLoop();
    EventLoop(EventLoop const&) = delete;
    EventLoop& operator=(EventLoop const&) = delete;

    // The loop whose run() is on this thread's stack, or null.
    static EventLoop* current() noexcept;

    // Runs until stop(); with stop already asked for, drains what is ready and returns.
    void run();
    void stop(); // from any thread

    void post(std::function<void()> work); // from any thread
    void post(std::coroutine_handle<> waiting); // from any thread

    // Resumes on this loop after at least `time`.
    Async<void> sleep(std::chrono::milliseconds time);

    // Resumes on this loop, from whichever thread awaits it.
    Async<void> enter();

    // The Asio context behind it, as `boost::asio::io_context*`: for http/ and core/ alone.
    void* native() noexcept;

private:
    struct Inside;
    std::shared_ptr<Inside> inside_; // also held by whoever posts: see post()
};

// Runs `work` on a loop of its own on this thread until it ends: for main, migrations and tests.
template <class T> T wait_for(EventLoop& loop, Async<T> work)
{
    std::exception_ptr failure;
    std::optional<T> value;
    auto guarded
        = [](EventLoop& on, Async<T> inner, std::optional<T>& into, std::exception_ptr& failed
          ) -> Async<void> {
        try {
            into.emplace(co_await inner);
        } catch (...) {
            failed = std::current_exception();
        }
        on.stop();
    };
    loop.post([&] { start(guarded(loop, std::move(work), value, failure)); });
    loop.run();
    if (failure)
        std::rethrow_exception(failure);
    return std::move(*value);
}

inline void wait_for(EventLoop& loop, Async<void> work)
{
    auto counted = [](Async<void> inner) -> Async<bool> {
        co_await inner;
        co_return true;
    };
    (void)wait_for<bool>(loop, counted(std::move(work)));
}

} // namespace gatehouse
