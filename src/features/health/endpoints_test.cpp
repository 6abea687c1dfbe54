// Alive, ready, and what operators see of it.
#include "core/metrics.h"
#include "features/health/endpoints.h"
#include "features/health/rules.h"
#include "support/running_server.h"

#include <gtest/gtest.h>

namespace gatehouse::health {
namespace {

using support::body_of;
using support::header_of;
using support::status_of;

class HealthTest : public ::testing::Test {
protected:
    std::string ask(std::string const& path, bool as_operator = false)
    {
        if (!server)
            server.emplace(world, endpoints(), with_operator_listener());
        support::RawClient client(as_operator ? server->operator_port() : server->port());
        client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
        return client.read_answer();
    }

    support::HttpWorld world;
    std::optional<support::RunningServer> server;

private:
    static http::ServerSettings with_operator_listener()
    {
        http::ServerSettings settings;
        settings.operator_listen = http::ListenAddress{"127.0.0.1", 0};
        return settings;
    }
};

TEST_F(HealthTest, health_touches_nothing)
{
    world.storage.is_gone = true;
    auto const answer = ask("/health");
    EXPECT_EQ(status_of(answer), 200);
    EXPECT_EQ(
        body_of(answer),
        R"({"status":"ok","service":"gatehouse","timestamp":"2026-11-22T07:05:09.123Z"})"
    );
}

TEST_F(HealthTest, ready_is_503_while_a_needed_control_is_broken)
{
    world.controls = {{"database", true, true, ""}, {"mail", false, false, "refused"}};
    EXPECT_EQ(body_of(ask("/ready")), R"({"status":"ready"})");
    world.controls.push_back({"keys", false, true, "cannot be opened"});
    auto const answer = ask("/ready");
    EXPECT_EQ(status_of(answer), 503);
    EXPECT_EQ(body_of(answer), R"({"status":"unavailable"})");
    EXPECT_EQ(header_of(answer, "Retry-After"), "5");
}

TEST_F(HealthTest, ready_is_503_when_asking_the_controls_fails)
{
    world.services.controls = []() -> Async<std::vector<domain::ControlState>> {
        throw std::runtime_error("gone");
    };
    EXPECT_EQ(status_of(ask("/ready")), 503);
}

TEST_F(HealthTest, D103_details_and_metrics_are_for_operators)
{
    world.controls = {{"mail", false, false, "refused"}, {"keys", false, true, ""}};
    EXPECT_EQ(body_of(ask("/ready?verbose")), R"({"status":"unavailable"})");
    EXPECT_EQ(status_of(ask("/metrics")), 404);
    EXPECT_EQ(
        body_of(ask("/ready?verbose", true)),
        R"({"status":"unavailable","database":"none","controls":[{"name":"mail","state":"degraded","detail":"refused"},)"
        R"({"name":"keys","state":"broken","detail":""}]})"
    );
    metrics::count("gatehouse_test_total");
    auto const metrics = ask("/metrics", true);
    EXPECT_EQ(header_of(metrics, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_NE(body_of(metrics).find("gatehouse_test_total"), std::string::npos);
    world.settings.environment = domain::Environment::development;
    EXPECT_NE(body_of(ask("/ready?verbose")).find("\"controls\""), std::string::npos);
}

} // namespace
} // namespace gatehouse::health
