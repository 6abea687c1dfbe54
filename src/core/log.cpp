// Log lines: composing them, holding quiet ones back for a moment, writing them.
#include "core/log.h"

#include "core/json.h"
#include "core/metrics.h"
#include "core/time.h"

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <poll.h>
#include <thread>
#include <unistd.h>

namespace gatehouse::log {
namespace {

constexpr std::size_t held_at_most = 256 * 1024; // bytes; more is written at once, never dropped
constexpr auto held_for = std::chrono::milliseconds(200);

std::atomic<Level> lowest_level = Level::info;

// All of `text` or, when standard error is closed, a count: there is nobody left to tell.
void write_out(std::string_view text)
{
    while (!text.empty()) {
        auto const written = ::write(STDERR_FILENO, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            pollfd waiting{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
            ::poll(&waiting, 1, -1);
        } else if (errno != EINTR) {
            metrics::count("gatehouse_log_write_failures_total");
            return;
        }
    }
}

// Quiet lines wait here, so that an event loop does not pay a system call for each of them.
class HeldBack {
public:
    void add(std::string&& line, Level level)
    {
        std::unique_lock const lock(mutex_);
        text_ += line;
        if (level >= Level::warning || text_.size() > held_at_most || closed_) {
            write();
            return;
        }
        if (!started_) {
            std::thread([this] { keep_flushing(); }).detach();
            started_ = true;
        }
        filled_.notify_one();
    }

    void flush()
    {
        std::unique_lock const lock(mutex_);
        write();
    }

    void close() // from now on every line is written at once: the flushing thread is about to die
    {
        std::unique_lock const lock(mutex_);
        closed_ = true;
        write();
    }

private:
    void write()
    {
        write_out(text_);
        text_.clear();
    }

    [[noreturn]] void keep_flushing()
    {
        for (;;) {
            std::unique_lock lock(mutex_);
            filled_.wait(lock, [this] { return !text_.empty(); });
            lock.unlock();
            std::this_thread::sleep_for(held_for);
            flush();
        }
    }

    std::mutex mutex_;
    std::condition_variable filled_;
    std::string text_;
    bool started_ = false;
    bool closed_ = false;
};

// Lives until the process is gone, so that destructors of statics may still log.
HeldBack& held_back()
{
    static auto* const only = [] {
        auto* const made = new HeldBack;
        std::atexit([] { held_back().close(); });
        return made;
    }();
    return *only;
}

std::string_view name_of(Level level)
{
    switch (level) {
    case Level::trace:
        return "trace";
    case Level::debug:
        return "debug";
    case Level::info:
        return "info";
    case Level::warning:
        return "warning";
    case Level::error:
        return "error";
    }
    return "error";
}

} // namespace

void set_level(Level lowest)
{
    lowest_level.store(lowest, std::memory_order_relaxed);
}

bool is_on(Level level) noexcept
{
    return level >= lowest_level.load(std::memory_order_relaxed);
}

std::optional<Level> parse_level(std::string_view name)
{
    for (auto const level : {Level::trace, Level::debug, Level::info, Level::warning, Level::error})
        if (name == name_of(level))
            return level;
    return std::nullopt;
}

Line::Line(Level level, std::string_view event)
    : on_(is_on(level))
    , level_(level)
{
    if (!on_)
        return;
    text_ = R"({"time":")" + to_text(SystemClock().now()) + '"';
    with("level", name_of(level));
    with("event", event);
}

Line::~Line()
{
    if (!on_)
        return;
    text_ += "}\n";
    held_back().add(std::move(text_), level_);
}

Line& Line::with(std::string_view name, std::string_view value)
{
    if (on_) {
        begin_member(name);
        json::append_escaped(text_, value);
    }
    return *this;
}

Line& Line::with(std::string_view name, std::int64_t value)
{
    if (on_) {
        begin_member(name);
        text_ += std::to_string(value);
    }
    return *this;
}

Line& Line::with(std::string_view name, bool value)
{
    if (on_) {
        begin_member(name);
        text_ += value ? "true" : "false";
    }
    return *this;
}

void Line::begin_member(std::string_view name)
{
    text_ += ',';
    json::append_escaped(text_, name);
    text_ += ':';
}

void flush()
{
    held_back().flush();
}

} // namespace gatehouse::log
