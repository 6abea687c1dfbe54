// Connections over real sockets: keep-alive, pipelining, slowness.
#include "http/endpoint.h"
#include "support/running_server.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>

namespace gatehouse::http {
namespace {

using std::chrono::milliseconds;
using support::body_of;
using support::header_of;
using support::HttpWorld;
using support::RawClient;
using support::RunningServer;
using support::status_of;

struct Text {
    std::string text;
};
BOOST_DESCRIBE_STRUCT(Text, (), (text))

constexpr Route route_of(Method method, std::string_view path)
{
    return {
        .method = method,
        .path = path,
        .operation = path,
        .summary = path,
        .tag = "test",
        .access = Access::anyone(),
        .audit = Audit::none("a test"),
        .limit = Limit::none
    };
}

Async<Text> echo(Context&, Text text)
{
    co_return text;
}
Async<Text> item(Context& context, Nothing)
{
    co_return Text{context.parameter("id")};
}
Async<Raw> large(Context&, Nothing)
{
    co_return Raw{"text/plain", std::string(8'000'000, 'x')};
}
std::vector<Endpoint> endpoints()
{
    return {
        endpoint(route_of(Method::post, "/echo"), echo),
        endpoint(route_of(Method::get, "/items/:id"), item),
        endpoint(route_of(Method::get, "/large"), large)
    };
}

std::string get(std::string const& path, std::string const& fields = "")
{
    return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

std::string post(std::string const& body, std::string const& fields = "")
{
    return "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
        + std::to_string(body.size()) + "\r\n" + fields + "\r\n" + body;
}

ServerSettings hasty()
{
    ServerSettings settings;
    settings.times.head = milliseconds(300);
    settings.times.idle = milliseconds(300);
    settings.times.transfer_grace = milliseconds(300);
    settings.times.lingering = milliseconds(300);
    settings.times.stopping = milliseconds(3000);
    return settings;
}

class ServerTest : public ::testing::Test {
protected:
    HttpWorld world;
};

TEST_F(ServerTest, HT13_answers_pipelined_requests_in_order)
{
    RunningServer server(world, endpoints());
    RawClient client(server.port());
    std::string all;
    for (int i = 0; i < 1000; ++i)
        all += get("/items/" + std::to_string(i));
    auto sending = std::async(std::launch::async, [&] { return client.send(all); });
    for (int i = 0; i < 1000; ++i)
        ASSERT_EQ(body_of(client.read_answer()), R"({"text":")" + std::to_string(i) + "\"}");
    EXPECT_TRUE(sending.get());
}

TEST_F(ServerTest, takes_requests_in_pieces_of_one_byte)
{
    RunningServer server(world, endpoints());
    RawClient client(server.port());
    for (char const byte : get("/items/1") + post(R"({"text":"x"})"))
        ASSERT_TRUE(client.send({&byte, 1}));
    EXPECT_EQ(body_of(client.read_answer()), R"({"text":"1"})");
    EXPECT_EQ(body_of(client.read_answer()), R"({"text":"x"})");
}

TEST_F(ServerTest, carries_bodies_up_to_the_limit_both_ways)
{
    RunningServer server(world, endpoints());
    RawClient client(server.port());
    auto const body = R"({"text":")" + std::string(1024 * 1024 - 11, 'a') + "\"}";
    ASSERT_EQ(body.size(), 1024U * 1024U);
    auto sending = std::async(std::launch::async, [&] { return client.send(post(body)); });
    EXPECT_EQ(body_of(client.read_answer()), body);
    EXPECT_TRUE(sending.get());
    client.send(get("/large"));
    EXPECT_EQ(body_of(client.read_answer()).size(), 8'000'000U);
    client.send(get("/items/1"));
    EXPECT_EQ(status_of(client.read_answer()), 200) << "the connection goes on";
}

TEST_F(ServerTest, keeps_or_closes_the_connection_as_asked)
{
    RunningServer server(world, endpoints());
    RawClient closing(server.port());
    closing.send(get("/items/1", "Connection: close\r\n"));
    EXPECT_EQ(header_of(closing.read_answer(), "Connection"), "close");
    EXPECT_TRUE(closing.is_closed_by_server());
    RawClient old(server.port());
    old.send("GET /items/1 HTTP/1.0\r\n\r\n");
    EXPECT_EQ(header_of(old.read_answer(), "Connection"), "close");
    EXPECT_TRUE(old.is_closed_by_server());
    RawClient keeping(server.port());
    keeping.send("GET /items/1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(header_of(keeping.read_answer(), "Connection"), "keep-alive");
    keeping.send("HEAD /items/1 HTTP/1.0\r\n\r\n");
    EXPECT_EQ(keeping.read_all().find("{"), std::string::npos) << "HEAD has no body";
}

TEST_F(ServerTest, goes_on_after_a_refusal_whose_small_body_nobody_wanted)
{
    RunningServer server(world, endpoints());
    RawClient client(server.port());
    client.send(
        "POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 34\r\n\r\nGET /items/smuggled "
        "HTTP/1.1\r\n\r\n  \r\n"
        + get("/items/2")
    );
    EXPECT_EQ(status_of(client.read_answer()), 404);
    EXPECT_EQ(body_of(client.read_answer()), R"({"text":"2"})");
}

TEST_F(ServerTest, HT07_answers_a_huge_upload_before_it_is_over_and_closes)
{
    RunningServer server(world, endpoints(), hasty());
    RawClient client(server.port());
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: "
                "application/json\r\nContent-Length: 99999999\r\n\r\n{");
    EXPECT_EQ(status_of(client.read_answer()), 413);
    EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(ServerTest, says_100_continue_only_when_it_wants_the_body)
{
    RunningServer server(world, endpoints());
    RawClient wanted(server.port());
    wanted.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: "
                "application/json\r\nContent-Length: 12\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(status_of(wanted.read_answer()), 100);
    wanted.send(R"({"text":"x"})");
    EXPECT_EQ(body_of(wanted.read_answer()), R"({"text":"x"})");
    RawClient unwanted(server.port());
    unwanted.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: "
                  "12\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(status_of(unwanted.read_answer()), 415);
    EXPECT_TRUE(unwanted.is_closed_by_server());
}

TEST_F(ServerTest, HT06_ends_slow_heads_bodies_and_readers)
{
    RunningServer server(world, endpoints(), hasty());
    RawClient head(server.port());
    head.send("GET /items/1 HTTP/1.1\r\nHost:");
    EXPECT_EQ(status_of(head.read_answer()), 408);
    EXPECT_TRUE(head.is_closed_by_server());
    RawClient body(server.port());
    body.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
              "12\r\n\r\n{");
    EXPECT_EQ(status_of(body.read_answer()), 408);
    EXPECT_TRUE(body.is_closed_by_server());
    RawClient idle(server.port());
    EXPECT_TRUE(idle.is_closed_by_server());
}

// The answers are larger than what the sockets between take: whoever does not read holds the server
// up, but not for longer than the time for writing.
TEST_F(ServerTest, HT06_ends_a_reader_that_does_not_read)
{
    RunningServer server(world, endpoints(), hasty());
    RawClient reader(server.port());
    std::string requests;
    for (int i = 0; i < 8; ++i)
        requests += get("/large");
    reader.send(requests);
    std::this_thread::sleep_for(std::chrono::seconds(4)); // past every time of hasty()
    EXPECT_LT(reader.read_all().size(), 8 * 8'000'000U) << "it was let go on";
}

TEST_F(ServerTest, a_client_that_goes_away_hurts_nobody)
{
    RunningServer server(world, endpoints());
    for (int i = 0; i < 50; ++i) {
        RawClient client(server.port());
        client.send(
            i % 2 ? get("/large")
                  : "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: "
                    "application/json\r\nContent-Length: 12\r\n\r\n{"
        );
    }
    RawClient client(server.port());
    client.send(get("/items/1"));
    EXPECT_EQ(status_of(client.read_answer()), 200);
}

} // namespace
} // namespace gatehouse::http
