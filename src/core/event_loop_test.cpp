// Coroutines on their loop: order, exceptions, timers, results from other threads.
#include "core/event_loop.h"

#include "core/handoff.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace gatehouse {
namespace {

Async<int> answer(int value)
{
    co_return value;
}

Async<int> failing()
{
    throw std::runtime_error("broken");
    co_return 0;
}

Async<int> sum_of_many(int count)
{
    int sum = 0;
    for (int i = 0; i < count; ++i)
        sum += co_await answer(1);
    co_return sum;
}

TEST(EventLoop, runs_a_chain_of_coroutines_to_its_value)
{
    EventLoop loop;
    EXPECT_EQ(wait_for(loop, answer(42)), 42);
    EXPECT_EQ(
        wait_for(loop, sum_of_many(100'000)), 100'000
    ); // the stack does not grow (g++: from -O1 on)
}

TEST(EventLoop, an_exception_travels_up_to_who_waits)
{
    EventLoop loop;
    EXPECT_THROW((void)wait_for(loop, failing()), std::runtime_error);
    auto catching = []() -> Async<std::string> {
        try {
            co_await failing();
        } catch (std::runtime_error const& error) {
            co_return error.what();
        }
        co_return "nothing was thrown";
    };
    EXPECT_EQ(wait_for(loop, catching()), "broken");
    EXPECT_EQ(wait_for(loop, answer(1)), 1); // the loop is still good
}

TEST(EventLoop, what_was_never_awaited_is_freed_unrun)
{
    bool ran = false;
    auto work = [](bool& flag, std::shared_ptr<int> kept) -> Async<void> {
        flag = *kept == 1;
        co_return;
    };
    auto const owned = std::make_shared<int>(1);
    {
        auto const unused = work(ran, owned);
        EXPECT_EQ(owned.use_count(), 2);
    }
    EXPECT_EQ(owned.use_count(), 1);
    EXPECT_FALSE(ran);
}

TEST(EventLoop, knows_the_thread_it_runs_on)
{
    EventLoop loop;
    EXPECT_EQ(EventLoop::current(), nullptr);
    auto seen = []() -> Async<EventLoop*> {
        co_return EventLoop::current();
    };
    EXPECT_EQ(wait_for(loop, seen()), &loop);
    EXPECT_EQ(EventLoop::current(), nullptr);
}

TEST(EventLoop, sleeps_at_least_as_long_as_asked)
{
    EventLoop loop;
    auto const before = std::chrono::steady_clock::now();
    wait_for(loop, loop.sleep(std::chrono::milliseconds(30)));
    EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(30));
}

TEST(EventLoop, a_coroutine_can_change_loops)
{
    EventLoop first;
    EventLoop second;
    std::jthread const running([&] { second.run(); });
    auto travelling = [](EventLoop& here, EventLoop& there) -> Async<bool> {
        co_await there.enter();
        bool const was_there = EventLoop::current() == &there;
        co_await here.enter();
        bool const is_back = EventLoop::current() == &here;
        co_return was_there&& is_back;
    };
    EXPECT_TRUE(wait_for(first, travelling(first, second)));
    second.stop();
}

TEST(EventLoop, posted_work_of_many_threads_all_runs)
{
    EventLoop loop;
    int count = 0; // touched by the loop's thread alone
    std::vector<std::jthread> posting;
    for (int t = 0; t < 4; ++t)
        posting.emplace_back([&] {
            for (int i = 0; i < 1'000; ++i)
                loop.post([&] { ++count; });
        });
    posting.clear();
    loop.stop();
    loop.run();
    EXPECT_EQ(count, 4'000);
}

TEST(Handoff, brings_a_value_or_a_failure_whoever_is_first)
{
    EventLoop loop;
    for (auto const delay : {std::chrono::milliseconds(0), std::chrono::milliseconds(5)})
        for (bool const fails : {false, true}) {
            Handoff<std::string> handoff;
            std::jthread const working([sender = handoff.sender(), delay, fails] {
                std::this_thread::sleep_for(delay);
                if (fails)
                    sender.fail(std::make_exception_ptr(std::runtime_error("broken")));
                else
                    sender.deliver("done");
            });
            if (delay.count() == 0)
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
            if (fails) {
                EXPECT_THROW((void)wait_for(loop, handoff.receive()), std::runtime_error);
            } else {
                EXPECT_EQ(wait_for(loop, handoff.receive()), "done");
            }
        }
}

TEST(Handoff, races_are_won_by_nobody)
{
    EventLoop loop;
    auto many = []() -> Async<int> {
        int sum = 0;
        for (int i = 0; i < 500; ++i) {
            Handoff<int> handoff;
            std::jthread const working([sender = handoff.sender()] { sender.deliver(1); });
            sum += co_await handoff.receive();
        }
        co_return sum;
    };
    EXPECT_EQ(wait_for(loop, many()), 500);
}

TEST(Handoff, a_result_nobody_waits_for_is_dropped)
{
    auto const value = std::make_shared<int>(1);
    {
        Handoff<std::shared_ptr<int>> handoff;
        handoff.sender().deliver(value);
        EXPECT_EQ(value.use_count(), 2);
    }
    EXPECT_EQ(value.use_count(), 1);
}

} // namespace
} // namespace gatehouse
