// The document says of each route what the route declares.
#include "http/endpoint.h"
#include "http/openapi.h"

#include <gtest/gtest.h>

namespace gatehouse::http {
namespace {

struct Question {
    std::string text;
    std::optional<std::string> hint;
};
BOOST_DESCRIBE_STRUCT(Question, (), (text, hint))

struct Answer {
    std::string text;
};
BOOST_DESCRIBE_STRUCT(Answer, (), (text))

constexpr Route ask_route{
    .method = Method::post,
    .path = "/things/:id/questions",
    .operation = "ask",
    .summary = "Ask",
    .tag = "things",
    .access = Access::session(),
    .audit = Audit::records("ASKED"),
    .answers = "200 400 401 429",
};
constexpr Route list_route{
    .method = Method::get,
    .path = "/things/:id/questions",
    .operation = "list",
    .summary = "List",
    .tag = "things",
    .access = Access::anyone(),
    .audit = Audit::none("reads"),
    .answers = "200 503",
    .own_body = "503",
};
constexpr Route drop_route{
    .method = Method::remove,
    .path = "/things",
    .operation = "drop",
    .summary = "Drop",
    .tag = "other",
    .access = Access::credential_optional(),
    .audit = Audit::none("a test"),
    .answers = "204 302",
};

template <class Value> Value const& require_member(Value const& value, std::string_view name)
{
    auto const* const found = value.find(name);
    if (!found)
        throw std::runtime_error("no member " + std::string(name));
    return *found;
}

json::Value document()
{
    std::vector<DescribedRoute> const routes{
        {ask_route, shape_of<Question, Answer>(false)},
        {list_route, shape_of<Question, std::vector<Answer>>(true)},
        {drop_route, shape_of<Nothing, Nothing>(false)}
    };
    auto parsed = json::parse(openapi_document({"1.2.3", "http://a"}, routes));
    if (!parsed)
        throw std::runtime_error("the document is not JSON");
    return std::move(*parsed);
}

std::string at(json::Value value, std::vector<std::string_view> const& path)
{
    for (auto const name : path) {
        json::Value next = require_member(value, name);
        value = std::move(next);
    }
    return json::to_text(value);
}

TEST(OpenApi, describes_paths_parameters_bodies_and_answers)
{
    auto const made = document();
    std::string_view const path = "/things/{id}/questions";
    EXPECT_EQ(at(made, {"openapi"}), "\"3.1.0\"");
    EXPECT_EQ(at(made, {"info", "version"}), "\"1.2.3\"");
    EXPECT_EQ(
        at(made, {"paths", path, "post", "parameters"}),
        R"([{"name":"id","in":"path","required":true,"schema":{"type":"string"}}])"
    );
    EXPECT_EQ(at(made, {"paths", path, "post", "security"}), R"([{"bearer":[]},{"cookie":[]}])");
    EXPECT_EQ(at(made, {"paths", path, "post", "requestBody", "required"}), "true");
    EXPECT_EQ(
        at(made,
           {"paths", path, "post", "responses", "401", "content", "application/json", "schema"}),
        R"({"$ref":"#/components/schemas/Problem"})"
    );
    EXPECT_EQ(
        at(made,
           {"paths", path, "post", "responses", "200", "content", "application/json", "schema"}),
        R"({"type":"object","properties":{"text":{"type":"string"}},"required":["text"]})"
    );
    EXPECT_NE(
        at(made, {"paths", path, "get", "parameters"})
            .find(R"({"name":"text","in":"query","required":true)"),
        std::string::npos
    );
    EXPECT_NE(
        at(made, {"paths", path, "get", "responses", "503", "content"}).find("array"),
        std::string::npos
    );
    EXPECT_EQ(
        at(made, {"paths", "/things", "delete", "security"}), R"([{},{"bearer":[]},{"cookie":[]}])"
    );
    EXPECT_EQ(
        made.find("paths")
            ->find("/things")
            ->find("delete")
            ->find("responses")
            ->find("204")
            ->find("content"),
        nullptr
    );
}

TEST(OpenApi, knows_which_routes_are_for_tests)
{
    auto route = ask_route;
    EXPECT_FALSE((DescribedRoute{route, {}}.is_for_tests()));
    route.access = Access::capture();
    EXPECT_TRUE((DescribedRoute{route, {}}.is_for_tests()));
    route.access = Access::testing();
    EXPECT_TRUE((DescribedRoute{route, {}}.is_for_tests()));
}

} // namespace
} // namespace gatehouse::http
