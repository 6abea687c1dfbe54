// A byte stream under a connection: plain TCP or TLS, the same to whoever reads requests. No Boost
// here.
#pragma once

#include <coroutine>
#include <cstddef>
#include <string_view>

namespace gatehouse::http {

// One pending operation; the stream fills it and resumes the waiter on the loop.
struct Completion {
    std::size_t count = 0; // bytes
    bool failed = false; // the end of the stream counts as failed
    std::coroutine_handle<> waiting{};
};

class Stream {
public:
    virtual ~Stream() = default;

    virtual void handshake(Completion& done) = 0; // only when needs_handshake()
    virtual void read_some(char* into, std::size_t size, Completion& done) = 0;
    virtual void write_some(std::string_view bytes, Completion& done) = 0;

    // Takes what has come without waiting: the number of bytes; 0 where read_some() must be asked,
    // which also tells of an end.
    virtual std::size_t read_now(char* into, std::size_t size) noexcept = 0;

    // Sends what goes without waiting: the number of bytes, or -1 when the connection is broken.
    virtual std::ptrdiff_t send_now(std::string_view bytes) noexcept = 0;

    virtual bool needs_handshake() const = 0;
    virtual void cancel() noexcept = 0; // what is pending fails soon
    virtual void reset() noexcept = 0; // closing it will be an error to the other side, not an end
    virtual void finish_sending() noexcept = 0; // the other side sees the end
};

// co_await of one operation.
template <class Start> struct Pending {
    Start start;
    Completion done{};

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting)
    {
        done.waiting = waiting;
        start(done);
    }
    Completion const& await_resume() const noexcept { return done; }
};

} // namespace gatehouse::http
