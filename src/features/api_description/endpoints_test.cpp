// The document is served, names every other route, and hides test-only ones in production.
#include "features/api_description/endpoints.h"
#include "support/running_server.h"

#include <gtest/gtest.h>

namespace gatehouse::api_description {
namespace {

Async<http::Nothing> nothing(http::Context&, http::Nothing)
{
    co_return http::Nothing{};
}

constexpr http::Route drain_route{
    .method = http::Method::get,
    .path = "/__test/outbox",
    .operation = "drain",
    .summary = "Drain",
    .tag = "tests",
    .access = http::Access::testing(),
    .audit = http::Audit::none("a test"),
    .answers = "204",
};

std::string document_in(domain::Environment environment)
{
    support::HttpWorld world;
    world.settings.environment = environment;
    support::RunningServer server(
        world, endpoints("1.2.3", {http::endpoint(drain_route, nothing)})
    );
    support::RawClient client(server.port());
    client.send("GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n");
    auto const answer = client.read_answer();
    EXPECT_EQ(support::status_of(answer), 200);
    EXPECT_EQ(support::header_of(answer, "Content-Type"), "application/json; charset=utf-8");
    return support::body_of(answer);
}

TEST(ApiDescription, names_the_routes_that_exist_here)
{
    auto const in_test = document_in(domain::Environment::test);
    EXPECT_NE(in_test.find("\"/openapi.json\""), std::string::npos);
    EXPECT_NE(in_test.find("\"/__test/outbox\""), std::string::npos);
    EXPECT_NE(in_test.find("\"1.2.3\""), std::string::npos);
    auto const in_production = document_in(domain::Environment::production);
    EXPECT_NE(in_production.find("\"/openapi.json\""), std::string::npos);
    EXPECT_EQ(in_production.find("\"/__test/outbox\""), std::string::npos);
}

} // namespace
} // namespace gatehouse::api_description
