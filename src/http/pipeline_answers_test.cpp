// The one catch and the answers that the pipeline gives itself: what a client hears of a failure.
#include "core/log.h"
#include "core/metrics.h"
#include "core/outcome_unknown.h"
#include "core/overloaded.h"
#include "http/endpoint.h"
#include "support/running_server.h"

#include <gtest/gtest.h>

#include <tuple>

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
Async<Nothing> do_nothing(Context&, Nothing)
{
    co_return Nothing{};
}

Async<Said> fail(Context& context, Nothing)
{
    auto const kind = context.parameter("kind");
    context.set_cookie(session_cookie(SecretString("must-not-leave"), std::chrono::seconds(1)));
    if (kind == "refusal")
        throw domain::Refusal{.reason = domain::Reason::conflict};
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
    return {
        endpoint(route_of(Method::get, "/me", Access::session(), Limit::anonymous), who_am_i),
        endpoint(route_of(Method::post, "/me", Access::session(), Limit::anonymous), who_am_i),
        endpoint(route_of(Method::remove, "/thing", Access::anyone(), Limit::none), do_nothing),
        endpoint(route_of(Method::get, "/fail/:kind", Access::anyone(), Limit::none), fail),
    };
}

class PipelineAnswers : public ::testing::Test, public support::Asking {
protected:
    PipelineAnswers()
        : Asking(endpoints())
    {
    }
};

std::string const bearer = "Authorization: Bearer good\r\n";

TEST_F(PipelineAnswers, whatever_is_thrown_becomes_one_answer_without_its_cause)
{
    for (auto const& [kind, status, code] : std::vector<std::tuple<std::string, int, std::string>>{
             {"refusal", 409, "CONFLICT"},
             {"overloaded", 503, "SERVICE_UNAVAILABLE"},
             {"unknown", 503, "SERVICE_UNAVAILABLE"},
             {"storage", 503, "SERVICE_UNAVAILABLE"},
             {"logic", 500, "INTERNAL"},
             {"number", 500, "INTERNAL"},
             {"splitting", 500, "INTERNAL"},
         }) {
        auto const answer = ask("GET", "/fail/" + kind);
        EXPECT_EQ(status_of(answer), status) << kind;
        EXPECT_EQ(code_of(answer), code) << kind;
        for (auto const* const word :
             {"secret-cause", "db.internal", "must-not-leave", "queue", "evil"})
            EXPECT_EQ(answer.find(word), std::string::npos) << kind;
        EXPECT_EQ(header_of(answer, "Set-Cookie"), "") << kind;
        if (status == 503) {
            EXPECT_EQ(header_of(answer, "Retry-After"), kind == "overloaded" ? "7" : "1");
        }
    }
}

TEST_F(PipelineAnswers, failures_are_logged_with_their_cause_and_counted)
{
    auto const before = metrics::value("gatehouse_http_failures_total", {{"kind", "unavailable"}});
    ::testing::internal::CaptureStderr();
    auto const answer = ask("GET", "/fail/storage");
    log::flush();
    auto const lines = ::testing::internal::GetCapturedStderr();
    EXPECT_NE(lines.find("secret-cause: password of db.internal"), std::string::npos);
    EXPECT_NE(lines.find(header_of(answer, "X-Request-Id")), std::string::npos);
    EXPECT_NE(lines.find("\"route\":\"/fail/:kind\""), std::string::npos);
    EXPECT_EQ(
        metrics::value("gatehouse_http_failures_total", {{"kind", "unavailable"}}), before + 1
    );
}

TEST_F(PipelineAnswers, an_outage_is_503_never_401)
{
    world.storage.is_gone = true;
    auto const answer = ask("GET", "/me", bearer);
    EXPECT_EQ(status_of(answer), 503);
    EXPECT_EQ(answer.find("db.internal"), std::string::npos);
}

TEST_F(PipelineAnswers, unknown_paths_and_wrong_methods)
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

TEST_F(PipelineAnswers, no_request_header_is_reflected_and_the_request_id_is_ours)
{
    auto const answer = ask(
        "GET", "/nowhere?needle", "X-Request-Id: needle\r\nOrigin: http://needle\r\nX-A: needle\r\n"
    );
    EXPECT_EQ(answer.find("needle"), std::string::npos);
    EXPECT_EQ(header_of(answer, "X-Request-Id").size(), 36U);
    EXPECT_NE(header_of(answer, "X-Request-Id"), header_of(ask("GET", "/nowhere"), "X-Request-Id"));
}

TEST_F(PipelineAnswers, only_configured_origins_may_read_answers)
{
    world.settings.allowed_origins = {"https://friend.test"};
    auto const friends = ask("GET", "/me", bearer + "Origin: https://friend.test\r\n");
    EXPECT_EQ(header_of(friends, "Access-Control-Allow-Origin"), "https://friend.test");
    EXPECT_EQ(header_of(friends, "Vary"), "Origin");
    EXPECT_EQ(
        header_of(
            ask("GET", "/me", bearer + "Origin: https://evil.test\r\n"),
            "Access-Control-Allow-Origin"
        ),
        ""
    );
    auto const preflight = ask(
        "OPTIONS", "/me", "Origin: https://friend.test\r\nAccess-Control-Request-Method: POST\r\n"
    );
    EXPECT_EQ(status_of(preflight), 204);
    EXPECT_NE(header_of(preflight, "Access-Control-Allow-Methods"), "");
}

} // namespace
} // namespace gatehouse::http
