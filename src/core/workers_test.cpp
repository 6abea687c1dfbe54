// Work on other threads: what it gives back, what it throws, and the queue that says no.
#include "core/workers.h"

#include "core/event_loop.h"
#include "core/overloaded.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

namespace gatehouse {
namespace {

Async<int> asked(Workers& workers, std::function<int()> work)
{
    auto const given = co_await workers.run(std::move(work));
    co_return given;
}

TEST(Workers, give_back_what_the_work_gives_or_throws_on_another_thread)
{
    EventLoop loop;
    Workers workers({.name = "test"});
    auto const here = std::this_thread::get_id();
    EXPECT_EQ(
        wait_for(loop, asked(workers, [&] { return std::this_thread::get_id() == here ? 1 : 2; })),
        2
    );
    EXPECT_THROW(
        wait_for(loop, asked(workers, []() -> int { throw std::runtime_error("broken"); })),
        std::runtime_error
    );
    EXPECT_EQ(wait_for(loop, asked(workers, [] { return 3; })), 3) << "the thread lives on";
}

TEST(Workers, refuse_what_does_not_fit_into_the_queue_and_begin_nothing)
{
    EventLoop loop;
    Workers workers({.name = "test", .threads = 1, .queue = 0});
    bool begun = false;
    EXPECT_THROW(wait_for(loop, asked(workers, [&] { return begun = true; })), Overloaded);
    EXPECT_FALSE(begun);
}

} // namespace
} // namespace gatehouse
