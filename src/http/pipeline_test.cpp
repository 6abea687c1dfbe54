// The order of the checks, the one catch, and what a client hears of it.
#include "core/log.h"
#include "core/metrics.h"
#include "core/outcome_unknown.h"
#include "core/overloaded.h"
#include "http/endpoint.h"
#include "support/running_server.h"

#include <gtest/gtest.h>

#include <functional>

namespace gatehouse::http {
namespace {

using support::body_of;
using support::header_of;
using support::HttpWorld;
using support::RawClient;
using support::RunningServer;
using support::status_of;

struct Said {
    std::string word;
};
BOOST_DESCRIBE_STRUCT(Said, (), (word))

constexpr Route route_of(Method method, std::string_view path, Access access, Limit limit)
{
    return { .method = method,
        .path = path,
        .operation = path,
        .summary = path,
        .tag = "test",
        .access = access,
        .audit = Audit::none("a test"),
        .limit = limit };
}

Async<Said> who_am_i(Context& context, Nothing) { co_return Said { context.caller().user.email }; }
Async<Said> repeat(Context&, Said said) { co_return said; }
Async<Said> what_is_presented(Context& context, Nothing)
{
    co_return Said { context.presented_token().value_or("nothing") };
}
Async<Nothing> do_nothing(Context&, Nothing) { co_return Nothing {}; }

// Judges a token: `good` is answered, anything else is refused with a further member.
struct Verdict {
    bool valid = false;
};
BOOST_DESCRIBE_STRUCT(Verdict, (), (valid))
Async<Verdict> validate(Context&, Said said)
{
    if (said.word != "good")
        refuse_with({ .reason = domain::Reason::invalid_token }, Verdict { false });
    co_return Verdict { true };
}

Async<Said> fail(Context& context, Nothing)
{
    auto const kind = context.parameter("kind");
    context.set_cookie(session_cookie(SecretString("must-not-leave"), std::chrono::seconds(1)));
    if (kind == "refusal")
        throw domain::Refusal { .reason = domain::Reason::conflict };
    if (kind == "overloaded")
        throw Overloaded("the hashing queue is full", 7);
    if (kind == "unknown")
        throw OutcomeUnknown("commit of host db.internal was not answered");
    if (kind == "logic")
        throw std::logic_error("secret-cause in line 7");
    if (kind == "number")
        throw 7;
    if (kind == "splitting")
        context.redirect("/a\r\nSet-Cookie: evil=1");
    throw std::runtime_error("secret-cause: password of db.internal");
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
        endpoint(route_of(Method::post, "/logout", Access::credential_optional(), none), what_is_presented),
        endpoint(route_of(Method::post, "/validate", Access::anyone(), Limit::refused), validate),
        endpoint(route_of(Method::remove, "/thing", Access::anyone(), none), do_nothing),
        endpoint(route_of(Method::get, "/fail/:kind", Access::anyone(), none), fail),
        endpoint(route_of(Method::get, "/metrics", Access::operators(), none), do_nothing),
        endpoint(route_of(Method::get, "/drain", Access::testing(), none), do_nothing),
        endpoint(route_of(Method::get, "/mails", Access::capture(), none), do_nothing),
    };
}

class PipelineTest : public testing::Test {
protected:
    std::string ask(std::string const& method, std::string const& path, std::string const& fields = "",
        std::string const& body = "")
    {
        if (!server)
            server.emplace(world, endpoints(), settings);
        RawClient client(server->port());
        auto const length = body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
        client.send(method + " " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + length + "\r\n" + body);
        return client.read_answer();
    }

    HttpWorld world;
    ServerSettings settings;
    std::optional<RunningServer> server;
};

std::string const json = "Content-Type: application/json\r\n";
std::string const bearer = "Authorization: Bearer good\r\n";
std::string const cookie = "Cookie: token=good\r\n";

std::string code_in(std::string const& answer)
{
    auto const body = body_of(answer);
    auto const at = body.find("\"code\":\"");
    return at == std::string::npos ? "" : body.substr(at + 8, body.find('"', at + 8) - at - 8);
}

TEST_F(PipelineTest, a_live_session_gets_through_by_bearer_and_by_cookie)
{
    EXPECT_EQ(body_of(ask("GET", "/me", bearer)), R"({"word":"ann@example.test"})");
    EXPECT_EQ(body_of(ask("GET", "/me", cookie)), R"({"word":"ann@example.test"})");
}

TEST_F(PipelineTest, D45_anything_else_is_401_never_500)
{
    for (auto const& [fields, code] : std::vector<std::pair<std::string, std::string>> {
             { "", "UNAUTHORIZED" },
             { "Authorization: Bearer bad\r\n", "INVALID_TOKEN" },
             { "Authorization: Bearer bad\r\n" + cookie, "INVALID_TOKEN" },
             { "Authorization:\r\n" + cookie, "INVALID_TOKEN" },
             { "Authorization: Basic good\r\n", "INVALID_TOKEN" },
             { "Authorization: good\r\n", "INVALID_TOKEN" },
             { "Authorization: Bearer \xC3\x28\r\n", "INVALID_TOKEN" },
             { "Authorization: Bearer old\r\n", "TOKEN_EXPIRED" },
             { "Authorization: Bearer sessionless\r\n", "SESSION_INVALID" },
             { "Cookie: token=good; token=good\r\n", "INVALID_TOKEN" },
             { "Cookie: token=\xff\r\n", "INVALID_TOKEN" },
         }) {
        auto const answer = ask("GET", "/me", fields);
        EXPECT_EQ(status_of(answer), 401) << fields;
        EXPECT_EQ(code_in(answer), code) << fields;
        EXPECT_EQ(header_of(answer, "WWW-Authenticate"), "Bearer");
    }
}

TEST_F(PipelineTest, D82_a_cookie_alone_changes_nothing_without_proof_of_the_site)
{
    EXPECT_EQ(status_of(ask("POST", "/me")), 401);
    EXPECT_EQ(code_in(ask("POST", "/me", cookie)), "CSRF");
    EXPECT_EQ(code_in(ask("POST", "/me", cookie + "Origin: http://evil.test\r\n")), "CSRF");
    EXPECT_EQ(status_of(ask("POST", "/me", cookie + "Origin: http://gatehouse.test\r\n")), 200);
    EXPECT_EQ(status_of(ask("POST", "/me", cookie + "Sec-Fetch-Site: same-origin\r\n")), 200);
    EXPECT_EQ(status_of(ask("POST", "/me", bearer + "Origin: http://evil.test\r\n")), 200);
    EXPECT_EQ(status_of(ask("POST", "/me", bearer + cookie + "Origin: http://evil.test\r\n")), 200);
    EXPECT_EQ(status_of(ask("GET", "/me", cookie + "Origin: http://evil.test\r\n")), 200);
    EXPECT_EQ(status_of(ask("POST", "/me", "Cookie: token=bad\r\nOrigin: http://evil.test\r\n")), 401);
}

TEST_F(PipelineTest, signing_in_refuses_a_foreign_origin)
{
    auto const body = R"({"word":"x"})";
    EXPECT_EQ(code_in(ask("POST", "/login", json + "Origin: http://evil.test\r\n", body)), "CSRF");
    EXPECT_EQ(code_in(ask("POST", "/login", json + "Origin: null\r\n", body)), "CSRF");
    EXPECT_EQ(status_of(ask("POST", "/login", json + "Origin: http://gatehouse.test\r\n", body)), 200);
    EXPECT_EQ(status_of(ask("POST", "/login", json, body)), 200);
}

TEST_F(PipelineTest, a_presented_credential_reaches_the_handler_and_a_cookie_needs_proof_there_too)
{
    EXPECT_EQ(body_of(ask("POST", "/logout")), R"({"word":"nothing"})");
    EXPECT_EQ(body_of(ask("POST", "/logout", "Authorization: Bearer whatever\r\n")), R"({"word":"whatever"})");
    EXPECT_EQ(body_of(ask("POST", "/logout", "Authorization: Basic x\r\n")), R"({"word":""})");
    EXPECT_EQ(code_in(ask("POST", "/logout", cookie)), "CSRF");
    EXPECT_EQ(body_of(ask("POST", "/logout", cookie + "Sec-Fetch-Site: same-origin\r\n")), R"({"word":"good"})");
}

TEST_F(PipelineTest, the_credential_is_judged_before_the_body)
{
    auto const huge = "Content-Length: 99999999\r\n";
    EXPECT_EQ(status_of(ask("POST", "/repeat", "Content-Type: text/plain\r\n" + std::string(huge))), 401);
    EXPECT_EQ(status_of(ask("POST", "/repeat", bearer + "Content-Type: text/plain\r\nContent-Length: 2\r\n")), 415);
    EXPECT_EQ(status_of(ask("POST", "/repeat", bearer + json + huge)), 413);
    EXPECT_EQ(status_of(ask("POST", "/repeat", bearer + json, "{")), 400);
}

TEST_F(PipelineTest, only_JSON_is_read)
{
    auto const body = R"({"word":"x"})";
    for (auto const* const type : { "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
             "application/json; charset=latin1", "application/jsonp", "", "text/json" })
        EXPECT_EQ(status_of(ask("POST", "/open", "Content-Type: " + std::string(type) + "\r\n", body)), 415) << type;
    EXPECT_EQ(status_of(ask("POST", "/open", "", body)), 415);
    for (auto const* const type : { "application/json", "Application/JSON", "application/json; charset=utf-8",
             "application/json;charset=UTF-8", "application/json;" })
        EXPECT_EQ(status_of(ask("POST", "/open", "Content-Type: " + std::string(type) + "\r\n", body)), 200) << type;
}

TEST_F(PipelineTest, D98_only_anonymous_and_refused_requests_are_counted)
{
    settings.pipeline.ceilings = { .credential = 2, .registration = 1, .anonymous = 3 };
    auto const good = R"({"word":"good"})";
    auto const bad = R"({"word":"bad"})";
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(status_of(ask("GET", "/me", bearer)), 200);
        EXPECT_EQ(status_of(ask("POST", "/validate", json, good)), 200);
    }
    EXPECT_EQ(status_of(ask("GET", "/nowhere")), 404);
    EXPECT_EQ(status_of(ask("GET", "/me", "Authorization: Bearer bad\r\n")), 401);
    EXPECT_NE(body_of(ask("POST", "/validate", json, bad)).find("\"valid\":false"), std::string::npos);
    for (auto const& answer : { ask("GET", "/nowhere"), ask("GET", "/me"), ask("POST", "/validate", json, bad) }) {
        EXPECT_EQ(status_of(answer), 429);
        EXPECT_EQ(code_in(answer), "RATE_LIMITED");
        EXPECT_NE(header_of(answer, "Retry-After"), "");
    }
    EXPECT_EQ(status_of(ask("GET", "/me", bearer)), 200);
    EXPECT_EQ(status_of(ask("POST", "/validate", json, good)), 200);
    EXPECT_EQ(status_of(ask("POST", "/login", json, good)), 200);
    EXPECT_EQ(status_of(ask("POST", "/login", json, "{")), 400);
    EXPECT_EQ(status_of(ask("POST", "/login", json, good)), 429);
}

TEST_F(PipelineTest, D36_rate_limit_off_refuses_nothing_by_count)
{
    world.settings.rate_limit = false;
    settings.pipeline.ceilings = { .credential = 1, .registration = 1, .anonymous = 1 };
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(status_of(ask("GET", "/me")), 401);
}

TEST_F(PipelineTest, whatever_is_thrown_becomes_one_answer_without_its_cause)
{
    for (auto const& [kind, status, code] : std::vector<std::tuple<std::string, int, std::string>> {
             { "refusal", 409, "CONFLICT" },
             { "overloaded", 503, "SERVICE_UNAVAILABLE" },
             { "unknown", 503, "SERVICE_UNAVAILABLE" },
             { "storage", 503, "SERVICE_UNAVAILABLE" },
             { "logic", 500, "INTERNAL" },
             { "number", 500, "INTERNAL" },
             { "splitting", 500, "INTERNAL" },
         }) {
        auto const answer = ask("GET", "/fail/" + kind);
        EXPECT_EQ(status_of(answer), status) << kind;
        EXPECT_EQ(code_in(answer), code) << kind;
        for (auto const* const word : { "secret-cause", "db.internal", "must-not-leave", "queue", "evil" })
            EXPECT_EQ(answer.find(word), std::string::npos) << kind;
        EXPECT_EQ(header_of(answer, "Set-Cookie"), "") << kind;
        if (status == 503)
            EXPECT_EQ(header_of(answer, "Retry-After"), kind == "overloaded" ? "7" : "1");
    }
}

TEST_F(PipelineTest, failures_are_logged_with_their_cause_and_counted)
{
    auto const before = metrics::value("gatehouse_http_failures_total", { { "kind", "unavailable" } });
    testing::internal::CaptureStderr();
    auto const answer = ask("GET", "/fail/storage");
    log::flush();
    auto const lines = testing::internal::GetCapturedStderr();
    EXPECT_NE(lines.find("secret-cause: password of db.internal"), std::string::npos);
    EXPECT_NE(lines.find(header_of(answer, "X-Request-Id")), std::string::npos);
    EXPECT_NE(lines.find("\"route\":\"/fail/:kind\""), std::string::npos);
    EXPECT_EQ(metrics::value("gatehouse_http_failures_total", { { "kind", "unavailable" } }), before + 1);
}

TEST_F(PipelineTest, an_outage_is_503_never_401)
{
    world.storage.is_gone = true;
    auto const answer = ask("GET", "/me", bearer);
    EXPECT_EQ(status_of(answer), 503);
    EXPECT_EQ(answer.find("db.internal"), std::string::npos);
}

TEST_F(PipelineTest, unknown_paths_and_wrong_methods)
{
    EXPECT_EQ(status_of(ask("GET", "/nowhere")), 404);
    auto const wrong = ask("PUT", "/me");
    EXPECT_EQ(status_of(wrong), 405);
    EXPECT_EQ(header_of(wrong, "Allow"), "GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(status_of(ask("BREW", "/me")), 405);
    EXPECT_EQ(status_of(ask("TRACE", "/me")), 405);
    EXPECT_EQ(status_of(ask("BREW", "/nowhere")), 404);
    auto const options = ask("OPTIONS", "/me");
    EXPECT_EQ(status_of(options), 204);
    EXPECT_EQ(header_of(options, "Allow"), "GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(status_of(ask("OPTIONS", "*")), 204);
    EXPECT_EQ(status_of(ask("DELETE", "/thing")), 204);
}

TEST_F(PipelineTest, D103_doors_for_operators_tests_and_captured_mail_do_not_exist_elsewhere)
{
    for (auto const* const path : { "/metrics", "/drain", "/mails" })
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
    settings.pipeline.trusted_proxies = { "127.0.0.1" };
    EXPECT_EQ(status_of(ask("GET", "/mails")), 204);
    EXPECT_EQ(status_of(ask("GET", "/mails", "X-Forwarded-For: 9.9.9.9\r\n")), 404);
}

TEST_F(PipelineTest, the_operator_listener_shows_what_the_main_one_hides)
{
    settings.operator_listen = ListenAddress { "127.0.0.1", 0 };
    EXPECT_EQ(status_of(ask("GET", "/metrics")), 404);
    RawClient client(server->operator_port());
    client.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(status_of(client.read_answer()), 204);
}

TEST_F(PipelineTest, no_request_header_is_reflected_and_the_request_id_is_ours)
{
    auto const answer = ask("GET", "/nowhere?needle", "X-Request-Id: needle\r\nOrigin: http://needle\r\nX-A: needle\r\n");
    EXPECT_EQ(answer.find("needle"), std::string::npos);
    EXPECT_EQ(header_of(answer, "X-Request-Id").size(), 36U);
    EXPECT_NE(header_of(answer, "X-Request-Id"), header_of(ask("GET", "/nowhere"), "X-Request-Id"));
}

TEST_F(PipelineTest, only_configured_origins_may_read_answers)
{
    world.settings.allowed_origins = { "https://friend.test" };
    auto const friends = ask("GET", "/me", bearer + "Origin: https://friend.test\r\n");
    EXPECT_EQ(header_of(friends, "Access-Control-Allow-Origin"), "https://friend.test");
    EXPECT_EQ(header_of(friends, "Vary"), "Origin");
    EXPECT_EQ(header_of(ask("GET", "/me", bearer + "Origin: https://evil.test\r\n"), "Access-Control-Allow-Origin"), "");
    auto const preflight = ask("OPTIONS", "/me", "Origin: https://friend.test\r\nAccess-Control-Request-Method: POST\r\n");
    EXPECT_EQ(status_of(preflight), 204);
    EXPECT_NE(header_of(preflight, "Access-Control-Allow-Methods"), "");
}

} // namespace
} // namespace gatehouse::http
