// Which endpoint answers: literal words before ids, methods told apart, unknown paths nowhere.
#include "http/router.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace gatehouse::http {
namespace {

constexpr Route base{
    .method = Method::get,
    .path = "/api/users/:id",
    .operation = "x",
    .summary = "x",
    .tag = "x",
    .access = Access::anyone(),
    .audit = Audit::none("a test"),
};

Endpoint at(Method method, std::string_view path)
{
    auto route = base;
    route.method = method;
    route.path = path;
    return {route, nullptr, {}};
}

Router made()
{
    std::vector<Endpoint> endpoints;
    endpoints.push_back(at(Method::get, "/api/users/:id"));
    endpoints.push_back(at(Method::get, "/api/users/me"));
    endpoints.push_back(at(Method::patch, "/api/users/:user"));
    endpoints.push_back(at(Method::post, "/api/users/:id/picture"));
    endpoints.push_back(at(Method::get, "/api/users/me/:what"));
    endpoints.push_back(at(Method::get, "/health"));
    return Router(std::move(endpoints));
}

std::string_view pattern(Router::Match const& match)
{
    return match.endpoint ? match.endpoint->route.path : "none";
}

TEST(Router, D7_prefers_literal_segments)
{
    auto const router = made();
    EXPECT_EQ(pattern(router.find(Method::get, true, "/api/users/me")), "/api/users/me");
    EXPECT_EQ(pattern(router.find(Method::get, true, "/api/users/%6De")), "/api/users/me");
    EXPECT_EQ(pattern(router.find(Method::get, true, "/api/users/mee")), "/api/users/:id");
    EXPECT_EQ(pattern(router.find(Method::get, true, "/api/users/me/x")), "/api/users/me/:what");
    EXPECT_EQ(
        pattern(router.find(Method::post, true, "/api/users/5/picture")), "/api/users/:id/picture"
    );
}

TEST(Router, gives_the_parameters_under_the_names_of_the_route)
{
    auto const router = made();
    auto const get = router.find(Method::get, true, "/api/users/a%20b");
    ASSERT_EQ(get.parameters.size(), 1U);
    EXPECT_EQ(get.parameters[0].first, "id");
    EXPECT_EQ(get.parameters[0].second, "a b");
    EXPECT_EQ(router.find(Method::patch, true, "/api/users/7").parameters[0].first, "user");
}

TEST(Router, tells_a_wrong_method_from_an_unknown_path)
{
    auto const router = made();
    auto const wrong = router.find(Method::remove, true, "/api/users/7");
    EXPECT_TRUE(wrong.path_is_known);
    EXPECT_EQ(wrong.endpoint, nullptr);
    EXPECT_EQ(wrong.allow, "GET, HEAD, PATCH, OPTIONS");
    EXPECT_EQ(pattern(router.find(Method::head, true, "/health")), "/health");
    EXPECT_TRUE(router.find(Method::get, false, "/health").path_is_known);
    EXPECT_EQ(router.find(Method::get, false, "/health").endpoint, nullptr);
    for (auto const* const path :
         {"/",
          "",
          "/api",
          "/api/users",
          "/api/users/",
          "/health/",
          "//health",
          "/HEALTH",
          "/api/users/7/",
          "/api/users/%",
          "/api/users/%00",
          "/api/users/7/picture/8"})
        EXPECT_FALSE(router.find(Method::get, true, path).path_is_known) << path;
}

TEST(Router, refuses_a_route_declared_twice)
{
    std::vector<Endpoint> endpoints;
    endpoints.push_back(at(Method::get, "/a/:id"));
    endpoints.push_back(at(Method::get, "/a/:other"));
    EXPECT_THROW(Router{std::move(endpoints)}, std::logic_error);
    std::vector<Endpoint> malformed;
    malformed.push_back(at(Method::get, "a"));
    EXPECT_THROW(Router{std::move(malformed)}, std::logic_error);
}

} // namespace
} // namespace gatehouse::http
