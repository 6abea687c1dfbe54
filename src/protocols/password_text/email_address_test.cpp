// The form of mail addresses.
#include "protocols/password_text/email_address.h"

#include <gtest/gtest.h>

namespace gatehouse::password_text {
namespace {

using namespace std::string_literals;

TEST(EmailAddress, usual_ones_may_be_used)
{
    for (auto const& good :
         {"login@test.com"s,
          "CaseSensitive@test.com"s,
          "a@b.co"s,
          "first.last+tag@sub.example.org"s,
          "o'brien@example.ie"s,
          "x_y-z~{|}@example.museum"s,
          "123@example.com"s,
          "a@1.example"s,
          "a@xn--bcher-kva.example"s,
          "a@a-b.example"s,
          std::string(64, 'a') + "@example.com",
          "test@gmail.com"s,
          "a@" + std::string(63, 'b') + "." + std::string(63, 'c') + ".example"})
        EXPECT_EQ(problem_with_address(good), std::nullopt) << good;
}

TEST(EmailAddress, anything_else_may_not)
{
    for (auto const& bad :
         {""s,
          "not-an-email"s,
          "@test.com"s,
          "user@"s,
          "@"s,
          "user@localhost"s,
          "user@domain"s,
          "a@b@example.com"s,
          "a b@example.com"s,
          " a@example.com"s,
          "a@example.com "s,
          "a@exam ple.com"s,
          "<script>alert(1)</script>@example.com"s,
          "\"a\"@example.com"s,
          "a@example.com<script>"s,
          "a<b>@example.com"s,
          "a@[127.0.0.1]"s,
          "a@127.0.0.1"s,
          "a@example.com\r\nBcc: b@example.com"s,
          "a\n@example.com"s,
          "a\0@example.com"s,
          "a@example.com\0"s,
          "a\t@example.com"s,
          ".a@example.com"s,
          "a.@example.com"s,
          "a..b@example.com"s,
          "a@.example.com"s,
          "a@example.com."s,
          "a@example..com"s,
          "a@-example.com"s,
          "a@example-.com"s,
          "a@exa_mple.com"s,
          "a@example.com,b@example.com"s,
          "a;b@example.com"s,
          "a:b@example.com"s,
          "a\\b@example.com"s,
          "(a)@example.com"s,
          "j\u00f6rg@example.com"s,
          "a@b\u00fccher.example"s,
          "\uff41@example.com"s,
          "a@ex\xff.com"s,
          "mailto:a@example.com"s,
          "' OR '1'='1"s,
          "a@example.c\u043em"s,
          std::string(65, 'a') + "@example.com",
          "a@" + std::string(64, 'b') + ".example",
          std::string(1'000'000, '@'),
          std::string(1'000'000, 'a') + "@example.com",
          "a@" + std::string(63, 'b') + "." + std::string(63, 'b') + "." + std::string(63, 'b')
              + "." + std::string(63, 'b') + ".example"})
        EXPECT_NE(problem_with_address(bad), std::nullopt) << bad.substr(0, 100);
}

TEST(EmailAddress, the_problem_repeats_nothing_of_the_input)
{
    EXPECT_EQ(problem_with_address("<script>"), "is not a mail address");
    EXPECT_EQ(problem_with_address(""), "is missing");
}

} // namespace
} // namespace gatehouse::password_text
