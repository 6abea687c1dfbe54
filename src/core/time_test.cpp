// Instants, written and read.
#include "core/time.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(Time, is_written_with_three_decimals)
{
    EXPECT_EQ(to_text(Instant()), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(to_text(Instant::from_milliseconds(-1)), "1969-12-31T23:59:59.999Z");
    EXPECT_EQ(to_text(Instant::from_milliseconds(1'795'331'109'123)), "2026-11-22T07:05:09.123Z");
    EXPECT_EQ(to_text(*parse_instant("0000-01-01T00:00:00Z")), "0000-01-01T00:00:00.000Z");
    EXPECT_EQ(to_text(*parse_instant("9999-12-31T23:59:59.999Z")), "9999-12-31T23:59:59.999Z");
}

TEST(Time, seconds_are_rounded_down)
{
    EXPECT_EQ(Instant::from_milliseconds(1999).seconds(), 1);
    EXPECT_EQ(Instant::from_milliseconds(-1).seconds(), -1);
    EXPECT_EQ(Instant::from_milliseconds(-1000).seconds(), -1);
    EXPECT_EQ(Instant::from_milliseconds(-1001).seconds(), -2);
}

TEST(Time, every_usual_spelling_is_read)
{
    auto const moment = Instant::from_milliseconds(1'795'331'109'123);
    for (auto const* const text :
         {"2026-11-22T07:05:09.123Z",
          "2026-11-22t07:05:09.123z",
          "2026-11-22 07:05:09.123+00",
          "2026-11-22 07:05:09.123456+00",
          "2026-11-22T08:05:09.1239+01:00",
          "2026-11-22T01:35:09.123-05:30",
          "2026-11-22 12:50:09.123+05:45",
          "2026-11-22T07:05:09.123-00:00"})
        EXPECT_EQ(parse_instant(text), moment) << text;
    EXPECT_EQ(parse_instant("2026-11-22T07:05:09Z"), Instant::from_milliseconds(1'795'331'109'000));
    EXPECT_EQ(
        parse_instant("2026-11-22T07:05:09.1Z"), Instant::from_milliseconds(1'795'331'109'100)
    );
    EXPECT_TRUE(parse_instant("2024-02-29T00:00:00Z"));
}

TEST(Time, anything_else_is_nothing)
{
    for (auto const* const text :
         {"",
          "now",
          "infinity",
          "2026-11-22",
          "2026-11-22T07:05:09",
          "2026-11-22T07:05Z",
          "2026-13-01T00:00:00Z",
          "2026-00-01T00:00:00Z",
          "2026-02-29T00:00:00Z",
          "2026-11-31T00:00:00Z",
          "2026-11-22T24:00:00Z",
          "2026-11-22T07:60:00Z",
          "2026-11-22T07:05:60Z",
          "2026-11-22T07:05:09.Z",
          "2026-11-22T07:05:09Zx",
          "2026-11-22T07:05:09+24:00",
          "2026-11-22T07:05:09+01:60",
          "2026-11-22T07:05:09+01",
          "2026-11-22T07:05:09+0100",
          " 2026-11-22T07:05:09Z",
          "26-11-22T07:05:09Z",
          "2026-11-22T07:05:09.123",
          "+2026-11-22T07:05:09Z",
          "2026-1-2T07:05:09Z",
          "12026-11-22T07:05:09Z"})
        EXPECT_FALSE(parse_instant(text)) << text;
}

TEST(Time, what_was_written_is_read_back)
{
    for (std::int64_t at = -5'000'000'000'000; at < 5'000'000'000'000; at += 12'345'678'901)
        EXPECT_EQ(
            parse_instant(to_text(Instant::from_milliseconds(at))), Instant::from_milliseconds(at)
        );
}

} // namespace
} // namespace gatehouse
