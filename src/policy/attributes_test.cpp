// What each kind of attribute takes.
#include "policy/attributes.h"

#include <gtest/gtest.h>

namespace gatehouse::policy {
namespace {

std::string verdict(Attribute const& attribute, json::Value const& value)
{
    return judge(attribute, value).value_or("fits");
}

TEST(Attributes, TextsHaveALengthInCodePointsAndNoControlCharacters)
{
    Attribute const attribute{.name = "phone", .longest = 3};
    EXPECT_EQ(verdict(attribute, "äöü"), "fits");
    EXPECT_EQ(verdict(attribute, "abcd"), "must be at most 3 characters long");
    EXPECT_EQ(verdict(attribute, std::string("a\rb")), "must not hold control characters");
    EXPECT_EQ(verdict(attribute, 7), "must be a string");
    EXPECT_EQ(verdict(attribute, json::Array{"a"}), "must be a string");
    EXPECT_EQ(verdict(attribute, nullptr), "fits");
}

TEST(Attributes, FormatsAreJudgedAndEmptyTextsAreNot)
{
    Attribute const email{.name = "email", .format = AttributeFormat::email};
    EXPECT_EQ(verdict(email, "ann@example.org"), "fits");
    EXPECT_EQ(verdict(email, ""), "fits");
    for (auto const* const bad : {"ann", "@example.org", "a@b", "a@b@c.d", "a b@c.d", "<a>@b.c"})
        EXPECT_EQ(verdict(email, bad), "must be a valid email") << bad;
    Attribute const date{.name = "since", .format = AttributeFormat::date};
    EXPECT_EQ(verdict(date, "2024-02-29"), "fits");
    for (auto const* const bad : {"2023-02-29", "2024-13-01", "2024-1-01", "today", "2024-02-2x"})
        EXPECT_EQ(verdict(date, bad), "must be a valid date") << bad;
    Attribute const uri{.name = "site", .format = AttributeFormat::uri}; // XSS-03
    EXPECT_EQ(verdict(uri, "https://example.org/a?b"), "fits");
    for (auto const* const bad : {"javascript:alert(1)", "data:text/html,x", "//x", "https://a b"})
        EXPECT_EQ(verdict(uri, bad), "must be a valid uri") << bad;
}

TEST(Attributes, NumbersHaveBoundsAndRequiredOnesAreNeverEmpty)
{
    Attribute const seats{
        .name = "seats",
        .kind = AttributeKind::integer,
        .required = true,
        .minimum = 1,
        .maximum = 9
    };
    EXPECT_EQ(verdict(seats, 9), "fits");
    EXPECT_EQ(verdict(seats, 0), "must be at least 1");
    EXPECT_EQ(verdict(seats, 10), "must be at most 9");
    EXPECT_EQ(verdict(seats, 1.5), "must be an integer");
    EXPECT_EQ(verdict(seats, nullptr), "must not be empty");
    Attribute const share{.name = "share", .kind = AttributeKind::number, .maximum = 1};
    EXPECT_EQ(verdict(share, 0.5), "fits");
    EXPECT_EQ(verdict(share, 1), "fits");
    EXPECT_EQ(verdict(share, "1"), "must be a number");
    Attribute const active{.name = "active", .kind = AttributeKind::boolean};
    EXPECT_EQ(verdict(active, true), "fits");
    EXPECT_EQ(verdict(active, 1), "must be a boolean");
}

TEST(Attributes, AListedTextIsOneOfThem)
{
    Attribute const state{.name = "state", .allowed = {"draft", "active"}};
    EXPECT_EQ(verdict(state, "active"), "fits");
    EXPECT_EQ(verdict(state, "Active"), "must be one of draft active");
}

} // namespace
} // namespace gatehouse::policy
