// Searches in captured mail.
#include "features/mail_capture/rules.h"

#include <gtest/gtest.h>

namespace gatehouse::mail_capture {
namespace {

using Parts = std::vector<std::string>;

TEST(CaptureQuery, names_fields_and_free_words)
{
    auto const query = parse_query("to:ann+1@example.org  Subject:Reset from:gatehouse link here");
    EXPECT_EQ(query.to, Parts{"ann+1@example.org"});
    EXPECT_EQ(query.from, Parts{"gatehouse"});
    EXPECT_EQ(query.subject, Parts{"Reset"});
    EXPECT_EQ(query.anywhere, (Parts{"link", "here"}));
}

TEST(CaptureQuery, keeps_blanks_inside_quotes)
{
    auto const query = parse_query(R"(subject:"Password Reset" "two words" to:"a b@example.org")");
    EXPECT_EQ(query.subject, Parts{"Password Reset"});
    EXPECT_EQ(query.anywhere, Parts{"two words"});
    EXPECT_EQ(query.to, Parts{"a b@example.org"});
}

TEST(CaptureQuery, takes_an_unknown_field_as_text)
{
    EXPECT_EQ(parse_query("https://x is:unread").anywhere, (Parts{"https://x", "is:unread"}));
}

TEST(CaptureQuery, ends_with_open_quotes_empty_values_and_nothing_at_all)
{
    EXPECT_EQ(parse_query("\"open end").anywhere, Parts{"open end"});
    for (auto const* const text : {"", "   ", "to:", "\"\"", "\t\r\n"}) {
        auto const query = parse_query(text);
        EXPECT_TRUE(query.to.empty() && query.anywhere.empty()) << text;
    }
}

} // namespace
} // namespace gatehouse::mail_capture
