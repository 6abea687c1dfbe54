// Which form of a file is sent, and when none is.
#include "features/console/sending.h"

#include <gtest/gtest.h>

namespace gatehouse::console {
namespace {

constexpr File script{"/assets/a-1.js", "text/javascript", "feed", "plain text", "br", "gz"};
constexpr File page{"/index.html", "text/html", "cafe", "plain text", {}, "gz"};

http::Response answer(File const& file, std::string_view name, std::string_view value)
{
    http::Request request;
    request.add_header(name, value);
    http::Response response;
    send(file, request, response);
    return response;
}

TEST(ConsoleSending, takes_the_smallest_form_that_the_client_takes)
{
    EXPECT_EQ(best_coding("gzip, deflate, br", script), Coding::brotli);
    EXPECT_EQ(best_coding("br;q=0, gzip", script), Coding::gzip);
    EXPECT_EQ(best_coding("BR ; q=0.5", script), Coding::brotli);
    EXPECT_EQ(best_coding("*", script), Coding::brotli);
    EXPECT_EQ(best_coding("*;q=0.0, gzip;q=1", script), Coding::gzip);
    EXPECT_EQ(best_coding("br", page), Coding::plain); // there is none
    EXPECT_EQ(best_coding("", script), Coding::plain);
    EXPECT_EQ(best_coding("br;x, gzip;", script), Coding::gzip);
    EXPECT_EQ(best_coding(",,;q,identity", script), Coding::plain);
}

TEST(ConsoleSending, says_how_it_is_coded_and_for_how_long)
{
    auto const sent = answer(script, "accept-encoding", "br");
    EXPECT_EQ(sent.status, 200);
    EXPECT_EQ(sent.body, "br");
    EXPECT_EQ(sent.header("Content-Encoding"), "br");
    EXPECT_EQ(sent.header("Vary"), "Accept-Encoding");
    EXPECT_EQ(sent.header("ETag"), "\"feed-br\"");
    EXPECT_EQ(sent.header("Cache-Control"), "public, max-age=31536000, immutable");
    auto const asked_anew = answer(page, "accept-encoding", "identity");
    EXPECT_EQ(asked_anew.body, "plain text");
    EXPECT_FALSE(asked_anew.has_header("Content-Encoding"));
    EXPECT_EQ(asked_anew.header("Cache-Control"), "no-cache");
}

TEST(ConsoleSending, sends_nothing_that_is_known)
{
    for (auto const* const known : {"\"cafe\"", "W/\"cafe\"", "\"other\" , \"cafe\"", "*"}) {
        auto const sent = answer(page, "if-none-match", known);
        EXPECT_EQ(sent.status, 304) << known;
        EXPECT_TRUE(sent.body.empty()) << known;
        EXPECT_EQ(sent.header("ETag"), "\"cafe\"") << known;
    }
    for (auto const* const other : {"\"cafe-br\"", "cafe", "\"caf\"", ""})
        EXPECT_EQ(answer(page, "if-none-match", other).status, 200) << other;
}

TEST(ConsoleSending, sends_a_refused_page_whole)
{
    http::Request request;
    request.add_header("if-none-match", "\"cafe\"");
    http::Response response;
    response.status = 403;
    send(page, request, response);
    EXPECT_EQ(response.status, 403);
    EXPECT_EQ(response.body, "plain text");
}

} // namespace
} // namespace gatehouse::console
