// The order of the checks: who gets in, who is counted, what is read.
#include "http/endpoint.h"
#include "support/running_server.h"

#include <gtest/gtest.h>

namespace gatehouse::http {
namespace {

using support::body_of;
using support::code_of;
using support::header_of;
using support::status_of;

constexpr Route route_of(Method method, std::string_view path, Access access, Limit limit)
{
    return {
        .method = method,
        .path = path,
        .operation = path,
        .summary = path,
        .tag = "test",
        .access = access,
        .audit = Audit::none("a test"),
        .limit = limit
    };
}

struct Said {
    std::string word;
};
BOOST_DESCRIBE_STRUCT(Said, (), (word))

Async<Said> who_am_i(Context& context, Nothing)
{
    co_return Said{context.caller().user.email};
}
Async<Said> repeat(Context&, Said said)
{
    co_return said;
}
Async<Said> what_is_presented(Context& context, Nothing)
{
    co_return Said{context.presented_token().value_or("nothing")};
}
Async<Nothing> do_nothing(Context&, Nothing)
{
    co_return Nothing{};
}

// Judges a token: `good` is answered, anything else is refused with a further member.
struct Verdict {
    bool valid = false;
};
BOOST_DESCRIBE_STRUCT(Verdict, (), (valid))
Async<Verdict> validate(Context&, Said said)
{
    if (said.word != "good")
        refuse_with({.reason = domain::Reason::invalid_token}, Verdict{false});
    co_return Verdict{true};
}

std::vector<Endpoint> endpoints()
{
    constexpr auto none = Limit::none;
    return {
        endpoint(route_of(Method::get, "/me", Access::session(), Limit::anonymous), who_am_i),
        endpoint(route_of(Method::post, "/me", Access::session(), Limit::anonymous), who_am_i),
        endpoint(route_of(Method::post, "/repeat", Access::session(), Limit::anonymous), repeat),
        endpoint(route_of(Method::post, "/login", Access::anyone(), Limit::credential), repeat),
        endpoint(route_of(Method::post, "/open", Access::anyone(), none), repeat),
        endpoint(
            route_of(Method::post, "/logout", Access::credential_optional(), none),
            what_is_presented
        ),
        endpoint(
            route_of(Method::post, "/leave", Access::credential_optional(), Limit::anonymous),
            what_is_presented
        ),
        endpoint(route_of(Method::post, "/validate", Access::anyone(), Limit::refused), validate),
        endpoint(route_of(Method::remove, "/thing", Access::anyone(), none), do_nothing),
        endpoint(route_of(Method::get, "/metrics", Access::operators(), none), do_nothing),
        endpoint(route_of(Method::get, "/drain", Access::testing(), none), do_nothing),
        endpoint(route_of(Method::get, "/mails", Access::capture(), none), do_nothing),
    };
}

class PipelineTest : public ::testing::Test, public support::Asking {
protected:
    PipelineTest()
        : Asking(endpoints())
    {
    }
};

std::string const json = "Content-Type: application/json\r\n";
std::string const bearer = "Authorization: Bearer good\r\n";
std::string const cookie = "Cookie: token=good\r\n";

TEST_F(PipelineTest, a_live_session_gets_through_by_bearer_and_by_cookie)
{
    EXPECT_EQ(body_of(ask("GET", "/me", bearer)), R"({"word":"ann@example.test"})");
    EXPECT_EQ(body_of(ask("GET", "/me", cookie)), R"({"word":"ann@example.test"})");
}

TEST_F(PipelineTest, D45_anything_else_is_401_never_500)
{
    for (auto const& [fields, code] : std::vector<std::pair<std::string, std::string>>{
             {"", "UNAUTHORIZED"},
             {"Authorization: Bearer bad\r\n", "INVALID_TOKEN"},
             {"Authorization: Bearer bad\r\n" + cookie, "INVALID_TOKEN"},
             {"Authorization:\r\n" + cookie, "INVALID_TOKEN"},
             {"Authorization: Basic good\r\n", "INVALID_TOKEN"},
             {"Authorization: good\r\n", "INVALID_TOKEN"},
             {"Authorization: Bearer \xC3\x28\r\n", "INVALID_TOKEN"},
             {"Authorization: Bearer old\r\n", "TOKEN_EXPIRED"},
             {"Authorization: Bearer sessionless\r\n", "SESSION_INVALID"},
             {"Cookie: token=good; token=good\r\n", "INVALID_TOKEN"},
             {"Cookie: token=\xff\r\n", "INVALID_TOKEN"},
         }) {
        auto const answer = ask("GET", "/me", fields);
        EXPECT_EQ(status_of(answer), 401) << fields;
        EXPECT_EQ(code_of(answer), code) << fields;
        EXPECT_EQ(header_of(answer, "WWW-Authenticate"), "Bearer");
    }
}

TEST_F(PipelineTest, D82_a_cookie_alone_changes_nothing_without_proof_of_the_site)
{
    EXPECT_EQ(status_of(ask("POST", "/me")), 401);
    EXPECT_EQ(code_of(ask("POST", "/me", cookie)), "CSRF");
    EXPECT_EQ(code_of(ask("POST", "/me", cookie + "Origin: http://evil.test\r\n")), "CSRF");
    EXPECT_EQ(world.storage.denials, 2) << "every 403 to a known caller leaves a row";
    EXPECT_EQ(status_of(ask("POST", "/me", cookie + "Origin: http://gatehouse.test\r\n")), 200);
    EXPECT_EQ(status_of(ask("POST", "/me", cookie + "Sec-Fetch-Site: same-origin\r\n")), 200);
    EXPECT_EQ(status_of(ask("POST", "/me", bearer + "Origin: http://evil.test\r\n")), 200);
    EXPECT_EQ(status_of(ask("POST", "/me", bearer + cookie + "Origin: http://evil.test\r\n")), 200);
    EXPECT_EQ(status_of(ask("GET", "/me", cookie + "Origin: http://evil.test\r\n")), 200);
    EXPECT_EQ(
        status_of(ask("POST", "/me", "Cookie: token=bad\r\nOrigin: http://evil.test\r\n")), 401
    );
}

TEST_F(PipelineTest, signing_in_refuses_a_foreign_origin)
{
    auto const body = R"({"word":"x"})";
    EXPECT_EQ(code_of(ask("POST", "/login", json + "Origin: http://evil.test\r\n", body)), "CSRF");
    EXPECT_EQ(code_of(ask("POST", "/login", json + "Origin: null\r\n", body)), "CSRF");
    EXPECT_EQ(
        status_of(ask("POST", "/login", json + "Origin: http://gatehouse.test\r\n", body)), 200
    );
    EXPECT_EQ(status_of(ask("POST", "/login", json, body)), 200);
}

TEST_F(PipelineTest, a_presented_credential_reaches_the_handler_and_a_cookie_needs_proof_there_too)
{
    EXPECT_EQ(body_of(ask("POST", "/logout")), R"({"word":"nothing"})");
    EXPECT_EQ(
        body_of(ask("POST", "/logout", "Authorization: Bearer whatever\r\n")),
        R"({"word":"whatever"})"
    );
    EXPECT_EQ(body_of(ask("POST", "/logout", "Authorization: Basic x\r\n")), R"({"word":""})");
    EXPECT_EQ(code_of(ask("POST", "/logout", cookie)), "CSRF");
    EXPECT_EQ(
        body_of(ask("POST", "/logout", cookie + "Sec-Fetch-Site: same-origin\r\n")),
        R"({"word":"good"})"
    );
}

TEST_F(PipelineTest, the_credential_is_judged_before_the_body)
{
    auto const huge = "Content-Length: 99999999\r\n";
    EXPECT_EQ(
        status_of(ask("POST", "/repeat", "Content-Type: text/plain\r\n" + std::string(huge))), 401
    );
    EXPECT_EQ(
        status_of(
            ask("POST", "/repeat", bearer + "Content-Type: text/plain\r\nContent-Length: 2\r\n")
        ),
        415
    );
    EXPECT_EQ(status_of(ask("POST", "/repeat", bearer + json + huge)), 413);
    EXPECT_EQ(status_of(ask("POST", "/repeat", bearer + json, "{")), 400);
}

TEST_F(PipelineTest, only_JSON_is_read)
{
    auto const body = R"({"word":"x"})";
    for (auto const* const type :
         {"text/plain",
          "application/x-www-form-urlencoded",
          "multipart/form-data; boundary=x",
          "application/json; charset=latin1",
          "application/jsonp",
          "",
          "text/json"})
        EXPECT_EQ(
            status_of(ask("POST", "/open", "Content-Type: " + std::string(type) + "\r\n", body)),
            415
        ) << type;
    EXPECT_EQ(status_of(ask("POST", "/open", "", body)), 415);
    for (auto const* const type :
         {"application/json",
          "Application/JSON",
          "application/json; charset=utf-8",
          "application/json;charset=UTF-8",
          "application/json;"})
        EXPECT_EQ(
            status_of(ask("POST", "/open", "Content-Type: " + std::string(type) + "\r\n", body)),
            200
        ) << type;
}

TEST_F(PipelineTest, D98_only_anonymous_and_refused_requests_are_counted)
{
    settings.pipeline.ceilings = {.credential = 2, .registration = 1, .anonymous = 3};
    auto const good = R"({"word":"good"})";
    auto const bad = R"({"word":"bad"})";
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(status_of(ask("GET", "/me", bearer)), 200);
        EXPECT_EQ(status_of(ask("POST", "/validate", json, good)), 200);
    }
    EXPECT_EQ(status_of(ask("GET", "/nowhere")), 404);
    EXPECT_EQ(status_of(ask("GET", "/me", "Authorization: Bearer bad\r\n")), 401);
    EXPECT_NE(
        body_of(ask("POST", "/validate", json, bad)).find("\"valid\":false"), std::string::npos
    );
    for (auto const& answer :
         {ask("GET", "/nowhere"), ask("GET", "/me"), ask("POST", "/validate", json, bad)}) {
        EXPECT_EQ(status_of(answer), 429);
        EXPECT_EQ(code_of(answer), "RATE_LIMITED");
        EXPECT_NE(header_of(answer, "Retry-After"), "");
    }
    EXPECT_EQ(status_of(ask("GET", "/me", bearer)), 200);
    EXPECT_EQ(status_of(ask("POST", "/validate", json, good)), 200);
    EXPECT_EQ(status_of(ask("POST", "/login", json, good)), 200);
    EXPECT_EQ(status_of(ask("POST", "/login", json, "{")), 400);
    EXPECT_EQ(status_of(ask("POST", "/login", json, good)), 429);
}

TEST_F(PipelineTest, D98_a_token_of_ours_is_not_counted_where_none_is_needed_and_junk_is)
{
    settings.pipeline.ceilings.anonymous = 2;
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(status_of(ask("POST", "/leave", bearer)), 200);
    EXPECT_EQ(status_of(ask("POST", "/leave", "Authorization: Bearer junk\r\n")), 200);
    EXPECT_EQ(status_of(ask("POST", "/leave")), 200);
    EXPECT_EQ(status_of(ask("POST", "/leave")), 429);
    EXPECT_EQ(status_of(ask("POST", "/leave", bearer)), 200);
}

TEST_F(PipelineTest, malformed_requests_are_counted_too)
{
    settings.pipeline.ceilings.anonymous = 2;
    EXPECT_EQ(status_of(ask("GET", "nonsense")), 400);
    EXPECT_EQ(status_of(ask("GET", "nonsense")), 400);
    EXPECT_EQ(status_of(ask("GET", "nonsense")), 429);
}

TEST_F(PipelineTest, D36_rate_limit_off_refuses_nothing_by_count)
{
    world.settings.rate_limit = false;
    settings.pipeline.ceilings = {.credential = 1, .registration = 1, .anonymous = 1};
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(status_of(ask("GET", "/me")), 401);
}

TEST_F(PipelineTest, D103_doors_for_operators_tests_and_captured_mail_do_not_exist_elsewhere)
{
    for (auto const* const path : {"/metrics", "/drain", "/mails"})
        EXPECT_EQ(status_of(ask("GET", path)), 404) << path;
    EXPECT_EQ(body_of(ask("GET", "/metrics")).size(), body_of(ask("GET", "/nowhere")).size());
    world.settings.environment = domain::Environment::development;
    EXPECT_EQ(status_of(ask("GET", "/metrics")), 204);
    EXPECT_EQ(status_of(ask("GET", "/drain")), 404);
    EXPECT_EQ(status_of(ask("GET", "/mails")), 204);
    world.settings.environment = domain::Environment::test;
    EXPECT_EQ(status_of(ask("GET", "/drain")), 204);
}

TEST_F(PipelineTest, captured_mail_is_for_callers_on_loopback_even_behind_a_proxy)
{
    world.settings.environment = domain::Environment::development;
    settings.pipeline.trusted_proxies = {"127.0.0.1"};
    EXPECT_EQ(status_of(ask("GET", "/mails")), 204);
    EXPECT_EQ(status_of(ask("GET", "/mails", "X-Forwarded-For: 9.9.9.9\r\n")), 404);
}

TEST_F(PipelineTest, the_operator_listener_shows_what_the_main_one_hides)
{
    settings.operator_listen = ListenAddress{"127.0.0.1", 0};
    EXPECT_EQ(status_of(ask("GET", "/metrics")), 404);
    support::RawClient client(server().operator_port());
    client.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(status_of(client.read_answer()), 204);
}

} // namespace
} // namespace gatehouse::http
