// Who a client is, how often it may ask, and where a request comes from.
#include "http/ceilings.h"
#include "http/client_address.h"
#include "http/credentials.h"
#include "http/listen_socket.h"
#include "http/origin.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace gatehouse::http {
namespace {

Instant second(std::int64_t seconds)
{
    return Instant::from_seconds(1'795'331'100 + seconds);
} // a whole minute

TEST(ClientCeilings, D34_turn_away_the_one_too_many_and_say_how_long)
{
    Ceilings ceilings({.credential = 3, .registration = 1, .anonymous = 5});
    for (int i = 0; i < 3; ++i)
        EXPECT_FALSE(ceilings.charge(Limit::credential, "10.0.0.1", second(10)));
    EXPECT_EQ(ceilings.charge(Limit::credential, "10.0.0.1", second(10)), 50);
    EXPECT_EQ(ceilings.is_reached(Limit::credential, "10.0.0.1", second(59)), 1);
    EXPECT_FALSE(ceilings.charge(Limit::credential, "10.0.0.2", second(10))) << "another client";
    EXPECT_FALSE(ceilings.charge(Limit::registration, "10.0.0.1", second(10))) << "another count";
    EXPECT_TRUE(ceilings.charge(Limit::registration, "10.0.0.1", second(10)));
}

TEST(ClientCeilings, slide_and_are_not_prolonged_by_knocking)
{
    Ceilings ceilings({.credential = 4, .registration = 1, .anonymous = 5});
    for (int i = 0; i < 100; ++i)
        (void)ceilings.charge(Limit::credential, "10.0.0.1", second(30));
    EXPECT_TRUE(ceilings.charge(Limit::credential, "10.0.0.1", second(60)))
        << "four in the last minute";
    EXPECT_FALSE(ceilings.charge(Limit::credential, "10.0.0.1", second(90)))
        << "half of them count still";
    EXPECT_FALSE(ceilings.is_reached(Limit::credential, "10.0.0.1", second(300)));
}

TEST(ClientCeilings, count_a_v6_household_as_one)
{
    Ceilings ceilings({.credential = 1, .registration = 1, .anonymous = 1});
    EXPECT_FALSE(ceilings.charge(Limit::anonymous, "2001:db8:0:1::1", second(0)));
    EXPECT_TRUE(ceilings.charge(Limit::refused, "2001:db8:0:1:ffff::2", second(0)));
    EXPECT_FALSE(ceilings.charge(Limit::anonymous, "2001:db8:0:2::1", second(0)));
    EXPECT_FALSE(ceilings.charge(Limit::anonymous, "1.2.3.4", second(0)));
    EXPECT_TRUE(ceilings.charge(Limit::anonymous, "::ffff:1.2.3.4", second(0)));
}

TEST(ClientCeilings, test_themselves_at_any_moment_and_leave_nothing)
{
    Ceilings ceilings({.credential = 3, .registration = 1, .anonymous = 5, .addresses_kept = 1});
    for (int second = 0; second < 150; ++second)
        EXPECT_EQ(ceilings.trouble(Instant::from_seconds(1'800'000'000 + second)), "");
    auto const now = Instant::from_seconds(1'800'000'150);
    EXPECT_FALSE(ceilings.charge(Limit::registration, "192.0.2.1", now)) << "its place is kept";
    EXPECT_EQ(ceilings.trouble(now), "");
    EXPECT_TRUE(ceilings.charge(Limit::registration, "192.0.2.1", now)) << "the count goes on";
}

TEST(ClientCeilings, say_that_they_refuse_what_they_should_take)
{
    Ceilings ceilings({.credential = 3, .registration = 0, .anonymous = 5});
    EXPECT_EQ(
        ceilings.trouble(Instant::from_seconds(1'800'000'000)),
        "a request within its ceiling is refused"
    );
}

TEST(ClientCeilings, keep_a_bounded_number_of_addresses_and_still_count_the_rest)
{
    Ceilings ceilings({.credential = 1, .registration = 1, .anonymous = 1, .addresses_kept = 10});
    int turned_away = 0;
    for (int i = 0; i < 1000; ++i)
        if (ceilings.charge(
                Limit::anonymous,
                "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250),
                second(0)
            ))
            ++turned_away;
    EXPECT_GT(turned_away, 800);
}

Request from(std::string peer, std::vector<std::string> const& forwarded = {})
{
    Request request;
    request.peer = std::move(peer);
    for (auto const& one : forwarded)
        request.add_header("X-Forwarded-For", one);
    return request;
}

TEST(ClientAddress, D35_is_the_peer_unless_a_trusted_proxy_says_more)
{
    TrustedProxies const nobody;
    EXPECT_EQ(nobody.client_of(from("9.9.9.9", {"1.1.1.1"})), "9.9.9.9");
    TrustedProxies const proxies({"10.0.0.0/8", "::1"});
    EXPECT_EQ(proxies.client_of(from("9.9.9.9", {"1.1.1.1"})), "9.9.9.9");
    EXPECT_EQ(proxies.client_of(from("10.0.0.1")), "10.0.0.1");
    EXPECT_EQ(proxies.client_of(from("10.0.0.1", {"1.1.1.1"})), "1.1.1.1");
    EXPECT_EQ(proxies.client_of(from("10.0.0.1", {"6.6.6.6, 1.1.1.1"})), "1.1.1.1")
        << "the left is the client's word";
    EXPECT_EQ(proxies.client_of(from("10.0.0.1", {"6.6.6.6", "1.1.1.1, 10.2.3.4"})), "1.1.1.1");
    EXPECT_EQ(proxies.client_of(from("::1", {"[2001:db8::7]:443"})), "2001:db8::7");
    EXPECT_EQ(proxies.client_of(from("10.0.0.1", {"1.1.1.1:5555"})), "1.1.1.1");
    EXPECT_EQ(proxies.client_of(from("10.0.0.1", {"1.1.1.1, evil"})), unknown_client);
    EXPECT_EQ(proxies.client_of(from("10.0.0.1", {""})), unknown_client);
    EXPECT_EQ(proxies.client_of(from("10.0.0.1", {"unknown, 10.0.0.2"})), unknown_client);
    EXPECT_EQ(proxies.client_of(from("10.0.0.1", {"10.0.0.2, 10.0.0.3"})), "10.0.0.2");
    EXPECT_EQ(proxies.client_of(from("::ffff:10.0.0.1", {"1.1.1.1"})), "1.1.1.1");
}

TEST(ClientAddress, refuses_networks_that_are_none)
{
    for (auto const* const bad :
         {"", "a", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "::/129", "::1/x"})
        EXPECT_THROW(TrustedProxies({bad}), std::invalid_argument) << bad;
    EXPECT_TRUE(is_loopback("127.9.9.9"));
    EXPECT_TRUE(is_loopback("::1"));
    EXPECT_TRUE(is_loopback("::ffff:127.0.0.1"));
    EXPECT_FALSE(is_loopback("128.0.0.1"));
    EXPECT_FALSE(is_loopback("::2"));
    EXPECT_FALSE(is_loopback("localhost"));
}

TEST(ListenAddresses, are_an_address_and_a_port)
{
    EXPECT_EQ(ListenAddress::parse("127.0.0.1:8080")->port, 8080);
    EXPECT_EQ(ListenAddress::parse("[::1]:0")->address, "::1");
    for (auto const* const bad :
         {"",
          "8080",
          ":8080",
          "localhost:80",
          "::1:80",
          "127.0.0.1:",
          "127.0.0.1:65536",
          "127.0.0.1:-1",
          "127.0.0.1:08"})
        EXPECT_FALSE(ListenAddress::parse(bad)) << bad;
}

struct Case {
    char const* origin;
    char const* fetch_site;
    char const* csrf_cookie;
    char const* csrf_header;
    bool proven;
};

TEST(CrossSite, CS01_an_unsafe_request_with_a_cookie_needs_proof)
{
    Origins const origins("https://Own.test:443/path", {"https://friend.test"});
    for (auto const& [origin, fetch_site, cookie, header, proven] : {
             Case{"https://own.test", "", "", "", true},
             Case{"https://friend.test", "cross-site", "", "", true},
             Case{"https://evil.test", "same-origin", "c", "c", false},
             Case{"null", "same-origin", "c", "c", false},
             Case{"http://own.test", "", "", "", false},
             Case{"https://own.test.evil.test", "", "", "", false},
             Case{"https://sub.own.test", "", "", "", false},
             Case{"https://own.test:8443", "", "", "", false},
             Case{"", "same-origin", "", "", true},
             Case{"", "same-site", "", "", false},
             Case{"", "cross-site", "", "", false},
             Case{"", "none", "", "", false},
             Case{"", "", "", "", false},
             Case{"", "", "c", "c", true},
             Case{"", "", "c", "d", false},
             Case{"", "", "c", "", false},
         }) {
        Request request;
        if (*origin)
            request.add_header("Origin", origin);
        if (*fetch_site)
            request.add_header("Sec-Fetch-Site", fetch_site);
        if (*cookie)
            request.add_header("Cookie", std::string("csrf=") + cookie);
        if (*header)
            request.add_header("X-CSRF-Token", header);
        EXPECT_EQ(origins.proves_same_site(request), proven)
            << origin << "|" << fetch_site << "|" << cookie << "|" << header;
    }
}

TEST(CrossSite, an_empty_token_proves_nothing)
{
    Origins const origins("https://own.test", {});
    Request request;
    request.add_header("Cookie", "csrf=");
    request.add_header("X-CSRF-Token", "");
    EXPECT_FALSE(origins.proves_same_site(request));
    Request twice;
    twice.add_header("Cookie", "csrf=a; csrf=b");
    twice.add_header("X-CSRF-Token", "a");
    EXPECT_FALSE(origins.proves_same_site(twice));
}

Presented::Kind kind_of(char const* authorization, char const* cookie)
{
    Request request;
    if (authorization)
        request.add_header("Authorization", authorization);
    if (cookie)
        request.add_header("Cookie", cookie);
    return presented_by(request).kind;
}

TEST(Credentials, D45_FO05_odd_ones_are_unusable_even_beside_a_good_cookie)
{
    using Kind = Presented::Kind;
    EXPECT_EQ(kind_of(nullptr, nullptr), Kind::nothing);
    EXPECT_EQ(kind_of(nullptr, "other=1"), Kind::nothing);
    EXPECT_EQ(kind_of(nullptr, "token=a.b.c"), Kind::cookie);
    EXPECT_EQ(kind_of("Bearer a.b.c", "token=x"), Kind::bearer);
    EXPECT_EQ(kind_of("bEARER a.b.c", nullptr), Kind::bearer);
    for (auto const* const odd :
         {"",
          "Bearer",
          "Bearer ",
          "Bearer  ",
          "bearer\tX",
          "Basic YTpi",
          "Token a",
          "a.b.c",
          "Bearer a b",
          "Bearer \xC3\x28",
          "Bearer a,b",
          "Bearer \"a\""})
        EXPECT_EQ(kind_of(odd, "token=a.b.c"), Kind::unusable) << odd;
    for (auto const* const odd :
         {"token=", "token=a; token=b", "token=a; token=a", "token=a\"b", "token=\xff"})
        EXPECT_EQ(kind_of(nullptr, odd), Kind::unusable) << odd;
}

} // namespace
} // namespace gatehouse::http
