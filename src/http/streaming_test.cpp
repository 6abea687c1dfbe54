// Bodies that are made while they are sent: framing, pace, and what happens when they break off.
#include "core/metrics.h"
#include "http/endpoint.h"
#include "support/running_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace gatehouse::http {
namespace {

using support::body_of;
using support::header_of;
using support::HttpWorld;
using support::RawClient;
using support::RunningServer;
using support::status_of;

std::atomic<int> pieces_made;
std::atomic<int> streams_alive;

class Counting final : public BodyStream {
public:
    Counting(int pieces, std::size_t size, int breaks_at)
        : pieces_(pieces)
        , size_(size)
        , breaks_at_(breaks_at)
    {
        ++streams_alive;
    }
    ~Counting() override { --streams_alive; }
    Async<bool> next(std::string& into) override
    {
        if (made_ == breaks_at_)
            throw std::runtime_error("the database is gone");
        ++pieces_made;
        into.append(size_, static_cast<char>('a' + made_ % 26));
        ++made_;
        co_return made_ < pieces_;
    }

private:
    int pieces_;
    std::size_t size_;
    int breaks_at_;
    int made_ = 0;
};

Streamed streamed(int pieces, std::size_t size, int breaks_at = -1)
{
    return {"text/plain", std::make_shared<Counting>(pieces, size, breaks_at)};
}
Async<Streamed> small(Context&, Nothing)
{
    co_return streamed(3, 20);
}
Async<Streamed> empty(Context&, Nothing)
{
    co_return streamed(3, 0);
}
Async<Streamed> broken(Context&, Nothing)
{
    co_return streamed(3, 20, 2);
}
Async<Streamed> endless(Context&, Nothing)
{
    co_return streamed(1'000'000, 256 * 1024);
}
Async<Streamed> refused(Context& context, Nothing)
{
    context.response().stream = streamed(3, 20).body;
    throw domain::Refusal{.reason = domain::Reason::not_found};
}

constexpr Route at(std::string_view path)
{
    return {
        .method = Method::get,
        .path = path,
        .operation = path,
        .summary = path,
        .tag = "test",
        .access = Access::anyone(),
        .audit = Audit::none("a test"),
        .limit = Limit::none
    };
}

std::string get(std::string const& path, std::string const& version = "1.1")
{
    return "GET " + path + " HTTP/" + version + "\r\nHost: a\r\n\r\n";
}

bool comes_true(auto const& what)
{
    for (int time = 0; time < 1000; ++time) {
        if (what())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

class StreamedBodies : public ::testing::Test {
protected:
    StreamedBodies() { pieces_made = 0; }

    HttpWorld world;
    ServerSettings settings;
    RunningServer& server()
    {
        if (!server_)
            server_.emplace(
                world,
                std::vector<Endpoint>{
                    endpoint(at("/small"), small),
                    endpoint(at("/empty"), empty),
                    endpoint(at("/broken"), broken),
                    endpoint(at("/endless"), endless),
                    endpoint(at("/refused"), refused)
                },
                settings
            );
        return *server_;
    }

private:
    std::optional<RunningServer> server_;
};

std::string const three_chunks = "14\r\naaaaaaaaaaaaaaaaaaaa\r\n14\r\nbbbbbbbbbbbbbbbbbbbb\r\n"
                                 "14\r\ncccccccccccccccccccc\r\n";

TEST_F(StreamedBodies, AreChunkedAndTheConnectionGoesOn)
{
    RawClient client(server().port());
    client.send(get("/small") + get("/empty") + get("/none"));
    client.finish_sending();
    auto const all = client.read_all();
    EXPECT_EQ(status_of(all), 200);
    EXPECT_EQ(header_of(all, "Transfer-Encoding"), "chunked");
    EXPECT_EQ(header_of(all, "Content-Length"), "");
    auto const rest = body_of(all);
    EXPECT_TRUE(rest.starts_with(three_chunks + "0\r\n\r\nHTTP/1.1 200 OK\r\n")) << all;
    EXPECT_NE(rest.find("\r\n\r\n0\r\n\r\nHTTP/1.1 404 "), std::string::npos)
        << "an empty piece is no chunk: " << all;
    EXPECT_TRUE(comes_true([] { return streams_alive == 0; }));
}

TEST_F(StreamedBodies, EndWithTheConnectionOnHttp10)
{
    RawClient client(server().port());
    client.send("GET /small HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
    auto const answer = client.read_all();
    EXPECT_EQ(header_of(answer, "Transfer-Encoding"), "");
    EXPECT_EQ(header_of(answer, "Content-Length"), "");
    EXPECT_EQ(header_of(answer, "Connection"), "close");
    EXPECT_EQ(body_of(answer), std::string(20, 'a') + std::string(20, 'b') + std::string(20, 'c'));
}

TEST_F(StreamedBodies, AreNotMadeForHead)
{
    RawClient client(server().port());
    client.send("HEAD /small HTTP/1.1\r\nHost: a\r\n\r\n" + get("/none"));
    client.finish_sending();
    auto const all = client.read_all();
    EXPECT_EQ(status_of(all), 200);
    EXPECT_TRUE(body_of(all).starts_with("HTTP/1.1 404 ")) << all;
    EXPECT_EQ(pieces_made, 0);
    EXPECT_TRUE(comes_true([] { return streams_alive == 0; }));
}

TEST_F(StreamedBodies, ThatBreakOffHaveNoEndAndAreCounted)
{
    auto const counted = [] {
        auto const all = metrics::exposition();
        auto const line = all.find("gatehouse_http_streams_broken_total{route=\"/broken\"}");
        return line == std::string::npos ? 0 : std::stoi(all.substr(all.find('}', line) + 1));
    };
    auto const before = counted();
    RawClient client(server().port());
    client.send(get("/broken") + get("/small"));
    auto const answer = client.read_all();
    EXPECT_EQ(answer.find("0\r\n\r\n", answer.find("\r\n\r\n")), std::string::npos) << answer;
    EXPECT_EQ(answer.find("cccc"), std::string::npos) << "nothing follows on this connection";
    EXPECT_EQ(counted(), before + 1);
    EXPECT_TRUE(comes_true([] { return streams_alive == 0; }));
}

TEST_F(StreamedBodies, ThatBreakOffAreAnErrorOnHttp10Too)
{
    RawClient client(server().port());
    client.send(get("/broken", "1.0"));
    client.read_all();
    EXPECT_TRUE(client.was_reset());
}

TEST_F(StreamedBodies, AreMadeNoFasterThanTheyAreRead)
{
    RawClient client(server().port());
    client.send(get("/endless"));
    ASSERT_TRUE(comes_true([] { return pieces_made > 0; }));
    int before = -1;
    ASSERT_TRUE(comes_true([&] { return std::exchange(before, pieces_made) == pieces_made; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    EXPECT_LT(pieces_made, 100) << "what the kernel's buffers hold, and one more";
    auto const stuck_at = pieces_made.load();
    client.read_some(8 * 1024 * 1024);
    EXPECT_TRUE(comes_true([&] { return pieces_made > stuck_at; })) << "reading goes on";
}

TEST_F(StreamedBodies, EndWithTheirReader)
{
    {
        RawClient client(server().port());
        client.send(get("/endless"));
        ASSERT_TRUE(comes_true([] { return pieces_made > 0; }));
    }
    EXPECT_TRUE(comes_true([] { return streams_alive == 0; }));
}

TEST_F(StreamedBodies, EndWithAReaderWhoReadsNothing)
{
    settings.times.transfer_grace = std::chrono::milliseconds(300);
    RawClient client(server().port());
    client.send(get("/endless"));
    ASSERT_TRUE(comes_true([] { return streams_alive == 1; }));
    EXPECT_TRUE(comes_true([] { return streams_alive == 0; }));
}

TEST_F(StreamedBodies, GiveWayToARefusal)
{
    RawClient client(server().port());
    client.send(get("/refused"));
    client.finish_sending();
    auto const answer = client.read_all();
    EXPECT_EQ(status_of(answer), 404);
    EXPECT_EQ(header_of(answer, "Transfer-Encoding"), "");
    EXPECT_TRUE(comes_true([] { return streams_alive == 0; }));
}

} // namespace
} // namespace gatehouse::http
