// Metrics: counted from many threads, shown in Prometheus' text.
#include "core/metrics.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace gatehouse::metrics {
namespace {

TEST(Metrics, count_per_set_of_labels)
{
    EXPECT_EQ(value("test_counts_total", {{"kind", "a"}}), 0);
    count("test_counts_total", {{"kind", "a"}});
    count("test_counts_total", {{"kind", "a"}}, 2.5);
    count("test_counts_total", {{"kind", "b"}});
    EXPECT_EQ(value("test_counts_total", {{"kind", "a"}}), 3.5);
    EXPECT_EQ(value("test_counts_total", {{"kind", "b"}}), 1);
    EXPECT_NE(exposition().find("test_counts_total{kind=\"a\"} 3.5"), std::string::npos)
        << exposition();
}

TEST(Metrics, a_gauge_shows_the_last_value_and_a_histogram_counts)
{
    gauge("test_depth", 5);
    gauge("test_depth", 2);
    EXPECT_EQ(value("test_depth"), 2);
    observe_seconds("test_wait_seconds", 0.02);
    observe_seconds("test_wait_seconds", 99);
    EXPECT_EQ(value("test_wait_seconds"), 2);
    EXPECT_NE(exposition().find("test_wait_seconds_bucket{le=\"0.025\"} 1"), std::string::npos);
}

TEST(Metrics, one_name_is_one_kind)
{
    count("test_kind_total");
    EXPECT_THROW(gauge("test_kind_total", 1), std::logic_error);
    EXPECT_ANY_THROW(gauge("test_kind_total", 1, {{"other", "labels"}}));
    EXPECT_ANY_THROW(count("not a name"));
}

TEST(Metrics, threads_do_not_lose_counts)
{
    std::vector<std::jthread> running;
    for (int t = 0; t < 4; ++t)
        running.emplace_back([] {
            for (int i = 0; i < 10'000; ++i)
                count("test_parallel_total", {{"kind", i % 2 ? "odd" : "even"}});
        });
    running.clear();
    EXPECT_EQ(value("test_parallel_total", {{"kind", "odd"}}), 20'000);
    EXPECT_EQ(value("test_parallel_total", {{"kind", "even"}}), 20'000);
}

} // namespace
} // namespace gatehouse::metrics
