// The background loop.
#include "app/background.h"

#include "core/log.h"
#include "core/metrics.h"

#include <algorithm>
#include <memory>

namespace gatehouse::app {
namespace {
constexpr int most_at_once = 256;
constexpr std::chrono::milliseconds nap{50}; // how soon a repeating work sees the end

void note_failure(std::string const& name, std::string const& cause)
{
    log::Line(log::Level::error, "background.failed").with("work", name).with("cause", cause);
    metrics::count("gatehouse_background_failed_total");
}
} // namespace

Background::Background()
    : thread_([this] { loop_.run(); })
{
}

Background::~Background()
{
    stopping_ = true;
    {
        std::unique_lock lock(mutex_);
        idle_.wait(lock, [&] { return running_ == 0; });
    }
    loop_.stop();
    thread_.join();
}

Async<void> Background::guarded(std::string name, Async<void> work)
{
    std::string cause;
    try {
        co_await work;
    } catch (std::exception const& failure) {
        cause = failure.what();
    } catch (...) {
        cause = "an exception of an unknown kind";
    }
    if (!cause.empty()) {
        note_failure(name, cause);
        metrics::count("gatehouse_failed_open_total", {{"control", "afterwards"}});
    }
    ended();
}

Async<void> Background::repeated(
    std::string name, std::chrono::milliseconds period, std::function<Async<void>()> work
)
{
    while (!is_stopping()) {
        for (auto left = period; left.count() > 0 && !is_stopping(); left -= nap)
            co_await loop_.sleep(std::min(left, nap));
        if (is_stopping())
            break;
        std::string cause;
        try {
            co_await work();
        } catch (std::exception const& failure) {
            cause = failure.what();
        } catch (...) {
            cause = "an exception of an unknown kind";
        }
        if (!cause.empty())
            note_failure(name, cause);
        std::scoped_lock const lock(mutex_);
        failing_[name] = cause;
    }
    ended();
}

std::string Background::trouble_of(std::string const& name) const
{
    std::scoped_lock const lock(mutex_);
    auto const found = failing_.find(name);
    return found == failing_.end() ? "" : found->second;
}

void Background::run(std::string name, Async<void> work)
{
    {
        std::scoped_lock const lock(mutex_);
        if (stopping_ || running_ >= most_at_once) {
            note_failure(name, "dropped: too much waits in the background");
            metrics::count("gatehouse_failed_open_total", {{"control", "afterwards"}});
            return;
        }
        ++running_;
    }
    begin(guarded(std::move(name), std::move(work)));
}

void Background::repeat(
    std::string name, std::chrono::milliseconds period, std::function<Async<void>()> work
)
{
    {
        std::scoped_lock const lock(mutex_);
        ++running_;
    }
    begin(repeated(std::move(name), period, std::move(work)));
}

void Background::begin(Async<void> work)
{
    auto const held = std::make_shared<Async<void>>(std::move(work));
    loop_.post([held] { start(std::move(*held)); });
}

void Background::ended()
{
    std::scoped_lock const lock(mutex_);
    --running_;
    idle_.notify_all();
}

void run_in(Background* background, std::string_view name, Async<void> work)
{
    if (background) {
        background->run(std::string(name), std::move(work));
        return;
    }
    note_failure(std::string(name), "dropped: the server has ended");
    metrics::count("gatehouse_failed_open_total", {{"control", "afterwards"}});
}

} // namespace gatehouse::app
