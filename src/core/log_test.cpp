// Log lines: valid JSON whatever is put in, whole lines whoever writes, none lost.
#include "core/json.h"
#include "core/log.h"
#include "core/time.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <thread>
#include <unistd.h>

namespace gatehouse::log {
namespace {

// Standard error goes to a file while this lives.
class Captured {
public:
    Captured()
        : before_(::dup(STDERR_FILENO))
    {
        flush();
        int const file = ::mkstemp(name_.data());
        ::dup2(file, STDERR_FILENO);
        ::close(file);
    }
    ~Captured()
    {
        flush();
        ::dup2(before_, STDERR_FILENO);
        ::close(before_);
        ::unlink(name_.c_str());
    }

    std::vector<std::string> lines() const
    {
        std::ifstream file(name_);
        std::vector<std::string> found;
        for (std::string line; std::getline(file, line);)
            found.push_back(line);
        return found;
    }

private:
    int before_;
    std::string name_ = ::testing::TempDir() + "gatehouse-log-XXXXXX";
};

TEST(Log, a_line_is_one_json_object)
{
    Captured const captured;
    Line(Level::warning, "test.happened")
        .with("cause", "a \"quoted\"\nline \xff <b>")
        .with("count", 3)
        .with("size", std::size_t(7))
        .with("on", true);
    auto const lines = captured.lines();
    ASSERT_EQ(lines.size(), 1U);
    auto const parsed = json::parse(lines[0]);
    ASSERT_TRUE(parsed) << lines[0];
    EXPECT_TRUE(parse_instant(*parsed->find("time")->text()));
    EXPECT_EQ(*parsed->find("level")->text(), "warning");
    EXPECT_EQ(*parsed->find("event")->text(), "test.happened");
    EXPECT_EQ(*parsed->find("cause")->text(), "a \"quoted\"\nline \ufffd <b>");
    EXPECT_EQ(*parsed->find("count")->integer(), 3);
    EXPECT_EQ(*parsed->find("size")->integer(), 7);
    EXPECT_TRUE(*parsed->find("on")->boolean());
}

TEST(Log, quiet_lines_wait_and_a_loud_one_takes_them_along_in_order)
{
    Captured const captured;
    Line(Level::info, "test.first");
    Line(Level::error, "test.second");
    auto const lines = captured.lines();
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_NE(lines[0].find("test.first"), std::string::npos);
    EXPECT_NE(lines[1].find("test.second"), std::string::npos);
}

TEST(Log, quiet_lines_are_written_by_themselves_after_a_moment)
{
    Captured const captured;
    Line(Level::info, "test.alone");
    for (int i = 0; i < 100 && captured.lines().empty(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_EQ(captured.lines().size(), 1U);
}

TEST(Log, what_is_below_the_level_is_not_written)
{
    Captured const captured;
    Line(Level::debug, "test.hidden");
    set_level(Level::error);
    Line(Level::warning, "test.hidden");
    set_level(Level::info);
    flush();
    EXPECT_TRUE(captured.lines().empty());
    EXPECT_EQ(parse_level("warning"), Level::warning);
    EXPECT_FALSE(parse_level("WARN"));
}

TEST(Log, many_threads_beyond_the_buffer_lose_nothing)
{
    Captured const captured;
    constexpr int threads = 4;
    constexpr int each = 2'000;
    std::string const filler(200, 'x'); // 1.6 MB in all, well beyond what is held back
    std::vector<std::jthread> running;
    for (int t = 0; t < threads; ++t)
        running.emplace_back([&filler] {
            for (int i = 0; i < each; ++i)
                Line(Level::info, "test.many").with("filler", filler);
        });
    running.clear();
    flush();
    auto const lines = captured.lines();
    EXPECT_EQ(lines.size(), std::size_t(threads * each));
    for (auto const& line : lines)
        ASSERT_TRUE(json::parse(line)) << line;
}

} // namespace
} // namespace gatehouse::log
