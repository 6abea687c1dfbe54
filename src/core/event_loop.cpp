// The event loop over one Asio context per thread.
#include "core/event_loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace gatehouse {
namespace asio = boost::asio;

namespace {
thread_local EventLoop* this_threads_loop = nullptr;

struct Sleeping {
    asio::steady_timer& timer;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting)
    {
        timer.async_wait([waiting](boost::system::error_code) { waiting.resume(); });
    }
    void await_resume() const noexcept { }
};

struct Entering {
    EventLoop& loop;
    bool await_ready() const noexcept { return EventLoop::current() == &loop; }
    void await_suspend(std::coroutine_handle<> waiting) { loop.post(waiting); }
    void await_resume() const noexcept { }
};
} // namespace

struct EventLoop::Inside {
    asio::io_context context{1};
};

EventLoop::EventLoop()
    : inside_(std::make_shared<Inside>())
{
}

EventLoop::~EventLoop() = default;

EventLoop* EventLoop::current() noexcept
{
    return this_threads_loop;
}

void EventLoop::run()
{
    auto* const outer = std::exchange(this_threads_loop, this);
    inside_->context.restart();
    auto const guard = asio::make_work_guard(inside_->context);
    inside_->context.run();
    this_threads_loop = outer;
}

// What is posted may end the loop, and its owner destroy it, while the posting thread is still on
// its way out of asio::post: hence each of these three holds the context until it returns.
void EventLoop::stop()
{
    auto const held = inside_;
    asio::post(held->context, [context = &held->context] { context->stop(); });
}

void EventLoop::post(std::function<void()> work)
{
    auto const held = inside_;
    asio::post(held->context, std::move(work));
}

void EventLoop::post(std::coroutine_handle<> waiting)
{
    auto const held = inside_;
    asio::post(held->context, [waiting] { waiting.resume(); });
}

Async<void> EventLoop::sleep(std::chrono::milliseconds time)
{
    asio::steady_timer timer(inside_->context, time);
    Sleeping sleeping{timer};
    co_await sleeping;
}

Async<void> EventLoop::enter()
{
    Entering entering{*this};
    co_await entering;
}

void* EventLoop::native() noexcept
{
    return &inside_->context;
}

} // namespace gatehouse
