// Work that nobody waits for: its failures are seen, its number is bounded, its end is waited for.
#include "app/background.h"

#include "core/handoff.h"
#include "core/metrics.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace gatehouse::app {
namespace {

using namespace std::chrono_literals;

double failed_open()
{
    return metrics::value("gatehouse_failed_open_total", {{"control", "afterwards"}});
}

Async<void> count_in(std::atomic<int>& counter)
{
    ++counter;
    co_return;
}

Async<void> fail_with(char const* cause)
{
    if (cause != nullptr)
        throw std::runtime_error(cause);
    co_return;
}

Async<void> wait_until(std::atomic<bool>& opened, std::atomic<int>& ended)
{
    while (!opened)
        co_await EventLoop::current()->sleep(1ms);
    ++ended;
}

TEST(Background, does_what_it_is_given_before_it_ends)
{
    std::atomic<int> done = 0;
    {
        Background background;
        for (int times = 0; times < 100; ++times)
            background.run("counting", count_in(done));
    }
    EXPECT_EQ(done, 100);
}

TEST(Background, waits_for_what_it_began)
{
    std::atomic<bool> opened = false;
    std::atomic<int> ended = 0;
    std::jthread opener;
    {
        Background background;
        background.run("waiting", wait_until(opened, ended));
        opener = std::jthread([&] {
            std::this_thread::sleep_for(20ms);
            opened = true;
        });
    }
    EXPECT_EQ(ended, 1);
}

// behaviours §2: dropped, but logged with its cause and counted.
TEST(Background, a_failure_is_logged_and_counted_and_stops_nothing)
{
    auto const before = failed_open();
    std::atomic<int> done = 0;
    ::testing::internal::CaptureStderr();
    {
        Background background;
        background.run("rehash", fail_with("the disk is full"));
        background.run("counting", count_in(done));
    }
    auto const logged = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(failed_open(), before + 1);
    EXPECT_EQ(done, 1);
    EXPECT_NE(logged.find("\"rehash\""), std::string::npos) << logged;
    EXPECT_NE(logged.find("the disk is full"), std::string::npos) << logged;
}

TEST(Background, beyond_its_bound_work_is_dropped_and_counted)
{
    auto const before = failed_open();
    std::atomic<bool> opened = false;
    std::atomic<int> ended = 0;
    ::testing::internal::CaptureStderr();
    {
        Background background;
        for (int times = 0; times < 300; ++times)
            background.run("waiting", wait_until(opened, ended));
        opened = true;
    }
    ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(ended, 256);
    EXPECT_EQ(failed_open(), before + 44);
}

TEST(Background, repeated_work_goes_on_after_a_failure)
{
    std::atomic<int> times = 0;
    ::testing::internal::CaptureStderr();
    {
        Background background;
        background.repeat("checking", 1ms, [&]() -> Async<void> {
            ++times;
            return fail_with("for now");
        });
        while (times < 3)
            std::this_thread::sleep_for(1ms);
    }
    ::testing::internal::GetCapturedStderr();
    EXPECT_GE(times, 3);
}

} // namespace
} // namespace gatehouse::app
