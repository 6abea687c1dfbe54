// Networks: one spelling each, and what is in them.
#include "core/networks.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

std::string spelled(char const* text)
{
    auto const network = Network::parse(text);
    return network ? network->text() : std::string("none");
}

TEST(Network, HasOneSpelling)
{
    EXPECT_EQ(spelled("10.1.2.3/8"), "10.0.0.0/8");
    EXPECT_EQ(spelled("10.1.2.3"), "10.1.2.3");
    EXPECT_EQ(spelled("10.1.2.3/32"), "10.1.2.3");
    EXPECT_EQ(spelled("0.0.0.0/0"), "0.0.0.0/0");
    EXPECT_EQ(spelled("::ffff:10.1.2.3/104"), "10.0.0.0/8");
    EXPECT_EQ(spelled("2001:DB8:0::1/32"), "2001:db8::/32");
    EXPECT_EQ(spelled("::1"), "::1");
    EXPECT_EQ(spelled("::/0"), "::/0");
    EXPECT_EQ(spelled("203.0.113.129/25"), "203.0.113.128/25");
}

TEST(Network, IsNothingElse)
{
    for (auto const* const text :
         {"",
          "/8",
          "10.0.0.0/",
          "10.0.0.0/33",
          "10.0.0.0/-1",
          "10.0.0.0/8x",
          "10.0.0.0/ 8",
          "::/129",
          "10.0.0",
          "300.0.0.1",
          "example.test",
          "10.0.0.0/8/8"})
        EXPECT_EQ(spelled(text), "none") << text;
}

TEST(Network, ContainsItsAddressesAlone)
{
    auto const network = *Network::parse("198.51.100.128/25");
    EXPECT_TRUE(network.contains(*Address::parse("198.51.100.128")));
    EXPECT_TRUE(network.contains(*Address::parse("::ffff:198.51.100.255")));
    EXPECT_FALSE(network.contains(*Address::parse("198.51.100.127")));
    EXPECT_FALSE(network.contains(*Address::parse("2001:db8::1")));
    auto const all = *Network::parse("::/0");
    EXPECT_TRUE(all.contains(*Address::parse("2001:db8::1")));
    // Whoever lets all of IPv6 in, or shuts it out, says nothing about IPv4.
    for (auto const* const text : {"::/0", "::/1", "::/16", "::/64", "::/80", "::/95"})
        EXPECT_FALSE(Network::parse(text)->contains(*Address::parse("192.0.2.1"))) << text;
    EXPECT_TRUE(Network::parse("::ffff:0:0/96")->contains(*Address::parse("192.0.2.1")));
    EXPECT_FALSE(Network::parse("0.0.0.0/0")->contains(*Address::parse("2001:db8::1")));
}

} // namespace
} // namespace gatehouse
