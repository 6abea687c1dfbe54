// One result from another thread to a coroutine that waits on its loop.
#pragma once

#include "core/event_loop.h"

#include <atomic>
#include <cassert>
#include <exception>
#include <memory>
#include <optional>

namespace gatehouse {

// The waiting side keeps the Handoff and awaits receive(); the working side calls deliver() or
// fail(), from any thread; where several may (one works, one watches the time), the first counts.
// The state is shared, so that neither side outlives it.
template <class T> class Handoff {
    struct State {
        std::optional<T> value;
        std::exception_ptr failure;
        std::coroutine_handle<> waiting;
        EventLoop* loop = nullptr;
        std::atomic<bool> is_said = false;
        std::atomic<int> arrived = 0; // the second to arrive resumes the waiter
    };

public:
    class Sender {
    public:
        explicit Sender(std::shared_ptr<State> state)
            : state_(std::move(state))
        {
        }
        void deliver(T value) const
        {
            if (state_->is_said.exchange(true))
                return;
            state_->value.emplace(std::move(value));
            arrive();
        }
        void fail(std::exception_ptr failure) const
        {
            if (state_->is_said.exchange(true))
                return;
            state_->failure = std::move(failure);
            arrive();
        }

    private:
        void arrive() const
        {
            if (state_->arrived.fetch_add(1, std::memory_order_acq_rel) == 1)
                state_->loop->post(state_->waiting);
        }
        std::shared_ptr<State> state_;
    };

    Sender sender() const { return Sender(state_); }

    Async<T> receive() const
    {
        struct Waiter {
            State& state;
            bool await_ready() const noexcept { return false; }
            bool await_suspend(std::coroutine_handle<> waiting)
            {
                state.loop = EventLoop::current();
                assert(state.loop && "a hand-off is awaited on an event loop");
                state.waiting = waiting;
                return state.arrived.fetch_add(1, std::memory_order_acq_rel) == 0;
            }
            void await_resume() const noexcept { }
        };
        auto const kept = state_;
        Waiter waiter{*kept};
        co_await waiter;
        if (kept->failure)
            std::rethrow_exception(kept->failure);
        co_return std::move(*kept->value);
    }

private:
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

} // namespace gatehouse
