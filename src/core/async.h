// The one coroutine type: lazily started, resumed on the loop that awaits it, exceptions travel up.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>

namespace gatehouse {

template <class T> class Async;

namespace detail {

struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept
    {
        if (auto const waiting = ended.promise().waiting_)
            return waiting;
        return std::noop_coroutine();
    }
    void await_resume() const noexcept { }
};

// Frames come and go with every request and have few sizes: each thread keeps some for its next
// ones.
void* allocate_frame(std::size_t size);
void free_frame(void* frame, std::size_t size) noexcept;

struct AsyncPromiseBase {
    static void* operator new(std::size_t size) { return allocate_frame(size); }
    static void operator delete(void* frame, std::size_t size) noexcept { free_frame(frame, size); }

    std::coroutine_handle<> waiting_;
    std::exception_ptr failure_;

    std::suspend_always initial_suspend() const noexcept { return {}; }
    FinalAwaiter final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { failure_ = std::current_exception(); }
};

template <class T> struct AsyncPromise : AsyncPromiseBase {
    std::optional<T> value_;

    Async<T> get_return_object() noexcept;
    template <class U> void return_value(U&& value) { value_.emplace(std::forward<U>(value)); }
    T take()
    {
        if (failure_)
            std::rethrow_exception(failure_);
        return std::move(*value_);
    }
};

template <> struct AsyncPromise<void> : AsyncPromiseBase {
    Async<void> get_return_object() noexcept;
    void return_void() const noexcept { }
    void take() const
    {
        if (failure_)
            std::rethrow_exception(failure_);
    }
};

} // namespace detail

// Await it exactly once. Destroying an unfinished one destroys its frame: only do so when nothing
// else can resume it.
template <class T = void> class [[nodiscard]] Async {
public:
    using promise_type = detail::AsyncPromise<T>;

    explicit Async(std::coroutine_handle<promise_type> frame) noexcept
        : frame_(frame)
    {
    }
    Async(Async&& other) noexcept
        : frame_(std::exchange(other.frame_, {}))
    {
    }
    Async& operator=(Async&& other) noexcept
    {
        std::swap(frame_, other.frame_);
        return *this;
    }
    ~Async()
    {
        if (frame_)
            frame_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) const noexcept
    {
        frame_.promise().waiting_ = waiting;
        return frame_;
    }
    T await_resume() const { return frame_.promise().take(); }

private:
    std::coroutine_handle<promise_type> frame_;
};

namespace detail {

template <class T> Async<T> AsyncPromise<T>::get_return_object() noexcept
{
    return Async<T>(std::coroutine_handle<AsyncPromise>::from_promise(*this));
}

inline Async<void> AsyncPromise<void>::get_return_object() noexcept
{
    return Async<void>(std::coroutine_handle<AsyncPromise>::from_promise(*this));
}

// A frame that owns itself: the root of every chain of Async.
struct Root {
    struct promise_type {
        Root get_return_object() const noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept { }
        [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
    };
};

} // namespace detail

// Starts `work` now, on this thread, and lets it run to its end by itself. `work` must catch its
// own exceptions: one that escapes ends the process, since nobody could notice it otherwise.
inline void start(Async<void> work)
{
    [](Async<void> owned) -> detail::Root {
        co_await owned;
    }(std::move(work));
}

} // namespace gatehouse
