// What a tempToken keeps comes back whole, and nothing else is taken for it.
#include "domain/pending_login.h"

#include <gtest/gtest.h>

namespace gatehouse::domain {
namespace {

PendingLogin everything()
{
    PendingLogin pending;
    pending.surface = Surface::organization;
    pending.named = OrganizationId("o \"1\"");
    pending.device
        = {.fingerprint = "print", .id = "id", .name = "Anns 📱", .country = "DE", .city = "Köln"};
    pending.remember_me = true;
    pending.session_version = 7;
    pending.password_state = "state";
    return pending;
}

TEST(PendingSignIn, ComesBackWhole)
{
    auto const back = parse_payload(to_payload(everything()));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->surface, Surface::organization);
    EXPECT_EQ(back->named, OrganizationId("o \"1\""));
    EXPECT_EQ(back->device.fingerprint, "print");
    EXPECT_EQ(back->device.id, "id");
    EXPECT_EQ(back->device.name, "Anns 📱");
    EXPECT_EQ(back->device.country, "DE");
    EXPECT_EQ(back->device.city, "Köln");
    EXPECT_TRUE(back->remember_me);
    EXPECT_EQ(back->session_version, 7);
    EXPECT_EQ(back->password_state, "state");
}

TEST(PendingSignIn, WhatWasNotSaidStaysUnsaid)
{
    auto const back = parse_payload(to_payload(PendingLogin()));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->surface, Surface::account);
    EXPECT_EQ(back->named, std::nullopt);
    EXPECT_EQ(back->device.fingerprint, std::nullopt);
    EXPECT_EQ(back->device.city, std::nullopt);
    EXPECT_FALSE(back->remember_me);
}

TEST(PendingSignIn, AnythingElseIsNone)
{
    for (auto const* const text :
         {"",
          "null",
          "[]",
          "{}",
          R"({"surface":"moon","rememberMe":false,"sessionVersion":1,"passwordState":"s"})",
          R"({"surface":"account","rememberMe":"no","sessionVersion":1,"passwordState":"s"})",
          R"({"surface":"account","rememberMe":false,"sessionVersion":"1","passwordState":"s"})",
          R"({"surface":"account","rememberMe":false,"sessionVersion":1})"})
        EXPECT_FALSE(parse_payload(text)) << text;
}

} // namespace
} // namespace gatehouse::domain
