// Entity tags, and the conditions made with them.
#include "http/versions.h"

#include "domain/refusal.h"

#include <gtest/gtest.h>

namespace gatehouse::http {
namespace {

using domain::Reason;
using domain::Refusal;

Request with(std::vector<std::string> const& lines)
{
    Request request;
    for (auto const& line : lines)
        request.add_header("If-Match", line);
    return request;
}

// 200, 400 or 412; 0 where there is no condition.
int verdict(std::vector<std::string> const& lines, std::string_view present)
{
    try {
        auto const condition = IfMatch::of(with(lines));
        if (!condition)
            return 0;
        condition->require(present);
        return 200;
    } catch (Refusal const& refusal) {
        return refusal.reason == Reason::precondition_failed ? 412 : 400;
    }
}

TEST(Versions, ATagIsThatOfTheBytes)
{
    auto const tag = entity_tag_of("{}");
    EXPECT_EQ(tag.size(), 34U);
    EXPECT_TRUE(tag.starts_with('"') && tag.ends_with('"'));
    EXPECT_EQ(tag, entity_tag_of("{}"));
    EXPECT_NE(tag, entity_tag_of("{} "));
}

TEST(Versions, OneOfThoseNamedIsEnough)
{
    EXPECT_EQ(verdict({}, "\"a\""), 0);
    EXPECT_EQ(verdict({"\"a\""}, "\"a\""), 200);
    EXPECT_EQ(verdict({" \"b\" ,, \"a\"\t"}, "\"a\""), 200);
    EXPECT_EQ(verdict({"\"b\"", "\"a\""}, "\"a\""), 200);
    EXPECT_EQ(verdict({"*"}, "\"a\""), 200);
    EXPECT_EQ(verdict({" * "}, "\"a\""), 200);
    EXPECT_EQ(verdict({"\"a,b\""}, "\"a,b\""), 200);
    EXPECT_EQ(verdict({"\"*\""}, "\"a\""), 412);
    EXPECT_EQ(verdict({"\"A\""}, "\"a\""), 412);
    EXPECT_EQ(verdict({"\"\""}, "\"a\""), 412);
}

TEST(Versions, WeakTagsNeverMatch)
{
    EXPECT_EQ(verdict({"W/\"a\""}, "\"a\""), 412);
    EXPECT_EQ(verdict({"W/\"a\", \"a\""}, "\"a\""), 200);
}

TEST(Versions, WhatIsNoListIsRefusedAndNotPassedOver)
{
    for (auto const* const wrong :
         {"",
          " ",
          ",",
          "a",
          "\"a",
          "a\"",
          "\"a\"b",
          "\"a\" \"b\"",
          "*, \"a\"",
          "\"a\", *",
          "**",
          "w/\"a\"",
          "W/",
          "W/ \"a\"",
          "\"a b\"",
          "\"a\x7f\"",
          "'a'",
          "\"a\";"})
        EXPECT_EQ(verdict({wrong}, "\"a\""), 400) << wrong;
    EXPECT_EQ(verdict({"*", "\"a\""}, "\"a\""), 400);
    EXPECT_EQ(verdict({"\"a\"", "x"}, "\"a\""), 400);
}

} // namespace
} // namespace gatehouse::http
