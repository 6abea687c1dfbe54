// Where a mailed link may lead: a corpus of tricks, and what is really ours.
#include "domain/callback.h"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::domain {
namespace {

using namespace std::string_view_literals;

Settings house()
{
    Settings settings;
    settings.public_url = "https://id.example.test/gate";
    settings.allowed_origins = {"https://app.example.test", "http://localhost:3000"};
    return settings;
}

TEST(Callback, ours_and_allowed_ones_are_followed)
{
    for (auto const url : {
             "https://id.example.test"sv,
             "https://id.example.test/"sv,
             "https://id.example.test/welcome?from=mail#top"sv,
             "https://id.example.test?x=1"sv,
             "https://id.example.test#x"sv,
             "https://app.example.test/anything"sv,
             "http://localhost:3000/verified"sv,
             "/"sv,
             "/welcome"sv,
             "/welcome?next=//elsewhere"sv,
             "/a//b"sv,
         })
        EXPECT_TRUE(callback_is_allowed(url, house())) << url;
}

TEST(Callback, everything_else_is_not)
{
    for (auto const url : {
             ""sv,
             "https://evil.example"sv,
             "https://id.example.test.evil.example"sv,
             "https://id.example.testevil"sv,
             "https://id.example.test@evil.example/"sv,
             "https://id.example.test:80@evil.example/"sv,
             "https://id.example.test:8443/"sv, // another origin
             "https://app.example.test:443@evil.example"sv,
             "http://id.example.test/"sv, // another scheme
             "https://sub.id.example.test/"sv,
             "https://user@id.example.test/"sv,
             "//evil.example"sv,
             "///evil.example"sv,
             "/\\evil.example"sv,
             "\\\\evil.example"sv,
             "https:\\\\id.example.test"sv,
             "https:/id.example.test"sv,
             "https:id.example.test"sv,
             "javascript:alert(1)"sv,
             "data:text/html,x"sv,
             "ftp://id.example.test/"sv,
             "welcome"sv,
             "./welcome"sv,
             "?x=1"sv,
             "#x"sv,
             " /welcome"sv,
             "/wel come"sv,
             "\t//evil.example"sv,
             "/\t/evil.example"sv,
             "/\n/evil.example"sv,
             "https://id.example.test/\r\nSet-Cookie: a=b"sv,
             "/\0x"sv,
             "/\x7F"sv,
             "/caf\xC3\xA9"sv,
             "https://id.example.test/\"><script>"sv,
             "https://xn--id-.example.test"sv,
             "http://localhost:30000"sv,
             "http://localhost:3000.evil.example"sv,
         })
        EXPECT_FALSE(callback_is_allowed(url, house())) << url;
}

TEST(Callback, a_url_longer_than_two_thousand_bytes_is_refused)
{
    std::string const longest = "/" + std::string(1999, 'a');
    EXPECT_TRUE(callback_is_allowed(longest, house()));
    EXPECT_FALSE(callback_is_allowed(longest + "a", house()));
}

TEST(Callback, without_a_public_url_only_own_paths_are_left)
{
    Settings const bare;
    EXPECT_TRUE(callback_is_allowed("/welcome", bare));
    EXPECT_FALSE(callback_is_allowed("https://id.example.test/", bare));
    EXPECT_FALSE(callback_is_allowed("://", bare));
}

TEST(Callback, a_parameter_goes_behind_the_query_and_before_the_fragment)
{
    EXPECT_EQ(with_parameter("/a", "error", "X"), "/a?error=X");
    EXPECT_EQ(with_parameter("/a?b=c", "error", "X"), "/a?b=c&error=X");
    EXPECT_EQ(with_parameter("/a#top", "error", "X"), "/a?error=X#top");
    EXPECT_EQ(with_parameter("/a?b=c#top?d", "error", "X"), "/a?b=c&error=X#top?d");
}

} // namespace
} // namespace gatehouse::domain
