// Starting, stopping, and running out of descriptors.
#include "http/crowd.h"
#include "http/endpoint.h"
#include "support/running_server.h"

#include <boost/system/error_code.hpp>
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <thread>

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

std::atomic<int> slow_ones_begun = 0;

Async<Text> item(Context& context, Nothing)
{
    co_return Text{context.parameter("id")};
}
Async<Text> slow(Context&, Nothing)
{
    ++slow_ones_begun;
    co_await EventLoop::current()->sleep(milliseconds(400));
    co_return Text{"done"};
}

std::vector<Endpoint> endpoints()
{
    return {
        endpoint(route_of(Method::get, "/items/:id"), item),
        endpoint(route_of(Method::get, "/slow"), slow)
    };
}

std::string get(std::string const& path, std::string const& fields = "")
{
    return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
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

class ServerLife : public ::testing::Test {
protected:
    HttpWorld world;
};

TEST_F(ServerLife, stop_finishes_what_was_accepted_and_closes_the_idle)
{
    RunningServer server(world, endpoints(), hasty(), 2);
    RawClient idle(server.port());
    idle.send(get("/items/1"));
    EXPECT_EQ(status_of(idle.read_answer()), 200);
    RawClient working(server.port());
    auto const before = slow_ones_begun.load();
    working.send(get("/slow"));
    while (slow_ones_begun == before)
        std::this_thread::yield();
    server.ask_to_stop();
    auto const answer = working.read_answer();
    EXPECT_EQ(body_of(answer), R"({"text":"done"})");
    EXPECT_EQ(header_of(answer, "Connection"), "close");
    EXPECT_TRUE(idle.is_closed_by_server());
    server.stop();
    EXPECT_FALSE(RawClient(server.port()).is_connected());
}

TEST_F(ServerLife, stop_before_run_is_not_forgotten)
{
    ServerSettings settings;
    settings.listen = {"127.0.0.1", 0};
    Server server(settings, endpoints(), world.services);
    server.stop();
    server.run(2);
}

TEST_F(ServerLife, a_second_server_on_the_port_is_refused_not_shared)
{
    RunningServer server(world, endpoints());
    ServerSettings settings;
    settings.listen = {"127.0.0.1", server.port()};
    EXPECT_THROW(Server(settings, endpoints(), world.services), std::system_error);
    settings.listen = {"192.0.2.1", 0};
    EXPECT_THROW(Server(settings, endpoints(), world.services), std::system_error);
}

TEST_F(ServerLife, serves_on_several_threads)
{
    RunningServer server(world, endpoints(), {}, 4);
    for (int i = 0; i < 64; ++i) {
        RawClient client(server.port());
        client.send(get("/items/" + std::to_string(i)));
        EXPECT_EQ(body_of(client.read_answer()), R"({"text":")" + std::to_string(i) + "\"}");
    }
}

TEST_F(ServerLife, HT14_pauses_when_descriptors_run_out_and_recovers)
{
    // A sanitizer opens a pipe when it first meets a class: let it meet this one while it still
    // can.
    boost::system::error_code const known(EMFILE, boost::system::system_category());
    ASSERT_FALSE(known.message().empty());
    rlimit old{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &old), 0);
    RunningServer server(world, endpoints());
    RawClient first(server.port());
    first.send(get("/items/1"));
    EXPECT_EQ(status_of(first.read_answer()), 200);
    {
        // Every client takes two descriptors of this process, its own and the server's.
        std::vector<std::unique_ptr<RawClient>> clients;
        auto const small = rlimit{.rlim_cur = 200, .rlim_max = old.rlim_max};
        ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &small), 0);
        for (int i = 0; i < 150; ++i)
            clients.push_back(std::make_unique<RawClient>(server.port()));
        first.send(get("/items/2"));
        EXPECT_EQ(status_of(first.read_answer()), 200) << "those inside are served";
    }
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &old), 0);
    RawClient after(server.port());
    after.send(get("/items/3"));
    EXPECT_EQ(status_of(after.read_answer()), 200);
}

TEST_F(ServerLife, HT14_keeps_to_the_connection_limit_and_goes_on_when_one_leaves)
{
    ServerSettings settings;
    settings.connection_limit = 2;
    RunningServer server(world, endpoints(), settings);
    auto one = std::make_unique<RawClient>(server.port());
    one->send(get("/items/1"));
    EXPECT_EQ(status_of(one->read_answer()), 200);
    RawClient two(server.port());
    two.send(get("/items/2"));
    EXPECT_EQ(status_of(two.read_answer()), 200);
    RawClient three(server.port());
    three.send(get("/items/3"));
    EXPECT_TRUE(three.stays_silent(std::chrono::milliseconds(300))) << "the limit holds";
    one.reset();
    EXPECT_EQ(body_of(three.read_answer()), R"({"text":"3"})");
}

TEST_F(ServerLife, HT14_closes_what_one_address_has_too_many_of_and_lets_it_in_when_one_leaves)
{
    ServerSettings settings;
    settings.connection_limit_of_one = 2;
    RunningServer server(world, endpoints(), settings);
    auto one = std::make_unique<RawClient>(server.port());
    one->send(get("/items/1"));
    EXPECT_EQ(status_of(one->read_answer()), 200);
    RawClient two(server.port());
    two.send(get("/items/2"));
    EXPECT_EQ(status_of(two.read_answer()), 200);
    RawClient three(server.port());
    EXPECT_TRUE(three.is_closed_by_server()) << "one too many";
    two.send(get("/items/2"));
    EXPECT_EQ(status_of(two.read_answer()), 200) << "those inside are served";
    one.reset();
    for (int tries = 0; tries < 500; ++tries) { // until the server has seen that one has left
        RawClient next(server.port());
        next.send(get("/items/3"));
        if (status_of(next.read_answer()) == 200)
            return;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    FAIL() << "nobody is let in any more";
}

TEST(Crowd, CountsAnAddressOnceForEachConnectionAndForgetsIt)
{
    Crowd crowd(2, {"10.0.0.0/8"});
    EXPECT_TRUE(crowd.let_in("192.0.2.1"));
    EXPECT_TRUE(crowd.let_in("::ffff:192.0.2.1")) << "the same one";
    EXPECT_FALSE(crowd.let_in("192.0.2.1"));
    EXPECT_TRUE(crowd.let_in("192.0.2.2"));
    EXPECT_TRUE(crowd.let_in("2001:db8::1"));
    EXPECT_TRUE(crowd.let_in("2001:db8::2"));
    EXPECT_FALSE(crowd.let_in("2001:db8::3")) << "one network is one household";
    EXPECT_TRUE(crowd.let_in("2001:db8:0:1::1"));
    for (int each = 0; each < 5; ++each)
        EXPECT_TRUE(crowd.let_in("10.1.2.3")) << "a proxy speaks for many";
    crowd.leave("192.0.2.1");
    EXPECT_TRUE(crowd.let_in("192.0.2.1"));
}

TEST(Crowd, WithoutALimitCountsNobody)
{
    Crowd crowd(0, {});
    for (int each = 0; each < 5; ++each)
        EXPECT_TRUE(crowd.let_in("192.0.2.1"));
    crowd.leave("192.0.2.1");
}

} // namespace
} // namespace gatehouse::http
