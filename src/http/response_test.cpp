// Answers as bytes: nothing that was put into them can become a header of its own.
#include "http/cookies.h"
#include "http/problem.h"
#include "http/serialize.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace gatehouse::http {
namespace {

using namespace std::string_literals;

TEST(ResponseHeaders, refuse_what_could_split_the_answer)
{
    Response response;
    for (auto const& bad :
         {"a\r\nSet-Cookie: x=1"s, "a\nb"s, "a\rb"s, "a\0b"s, "a\x7f"s, "\x01"s, "\xC3\xA4"s}) {
        EXPECT_THROW(response.set_header("Location", bad), std::invalid_argument);
        EXPECT_THROW(response.add_header("Location", bad), std::invalid_argument);
    }
    for (auto const& name : {""s, "a b"s, "a:"s, "a\r\n"s, "\xC3\xA4"s})
        EXPECT_THROW(response.set_header(name, "x"), std::invalid_argument);
    EXPECT_EQ(response.header_lines(), "");
}

TEST(ResponseHeaders, replace_or_add)
{
    Response response;
    response.set_header("Location", "/a");
    response.set_header("Location-More", "/m");
    response.set_header("LOCATION", "/b");
    response.add_header("Set-Cookie", "a=1");
    response.add_header("Set-Cookie", "b=2");
    EXPECT_EQ(response.header("location"), "/b");
    EXPECT_EQ(
        response.header_lines(),
        "Location-More: /m\r\nLOCATION: /b\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
    );
    EXPECT_TRUE(response.has_header("set-cookie"));
    EXPECT_FALSE(response.has_header("set"));
    EXPECT_FALSE(response.has_header("Set-Cookies"));
}

std::string written(Response const& response, Framing framing, bool https = false)
{
    CommonFields common(https);
    std::string out;
    append_answer(
        out,
        response,
        common.at(Instant::from_milliseconds(1'795'331'109'123), response),
        "id-1",
        framing
    );
    return out;
}

TEST(Serializing, writes_the_fields_of_every_answer)
{
    Response response;
    response.set_header("Content-Type", "application/json; charset=utf-8");
    response.body = "{}";
    EXPECT_EQ(
        written(response, {}),
        "HTTP/1.1 200 OK\r\n"
        "Date: Sun, 22 Nov 2026 07:05:09 GMT\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "X-Frame-Options: DENY\r\n"
        "Referrer-Policy: strict-origin-when-cross-origin\r\n"
        "Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=()\r\n"
        "Cache-Control: no-store\r\n"
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
        "X-Request-Id: id-1\r\n"
        "Content-Type: application/json; charset=utf-8\r\n"
        "Content-Length: 2\r\n\r\n{}"
    );
}

TEST(Serializing, lets_an_answer_bring_its_own_caching_and_policy)
{
    Response response;
    response.set_header("Cache-Control", "public, max-age=300");
    response.set_header("Content-Security-Policy", "default-src 'self'");
    auto const text = written(response, {}, true);
    EXPECT_EQ(text.find("no-store"), std::string::npos);
    EXPECT_EQ(text.find("frame-ancestors"), std::string::npos);
    EXPECT_NE(text.find("Strict-Transport-Security: "), std::string::npos);
}

TEST(Serializing, HEAD_has_the_length_and_no_body_and_204_has_neither)
{
    Response response;
    response.body = "12345";
    auto const head = written(response, {.without_body = true});
    EXPECT_NE(head.find("Content-Length: 5\r\n\r\n"), std::string::npos);
    EXPECT_TRUE(head.ends_with("\r\n\r\n"));
    response.clear();
    response.status = 204;
    EXPECT_EQ(written(response, {}).find("Content-Length"), std::string::npos);
    EXPECT_NE(
        written(response, {.keep_alive = false}).find("Connection: close\r\n"), std::string::npos
    );
    EXPECT_NE(
        written(response, {.http_1_1 = false}).find("Connection: keep-alive\r\n"), std::string::npos
    );
}

TEST(Cookies, D52_are_always_secure_and_the_cleared_one_says_so_first)
{
    EXPECT_EQ(
        to_text(session_cookie(SecretString("a.b-c_"), std::chrono::seconds(86400))),
        "token=a.b-c_; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=86400"
    );
    EXPECT_TRUE(to_text(cleared_session_cookie()).starts_with("token=; Max-Age=0; "));
}

TEST(Cookies, refuse_values_that_could_add_attributes)
{
    for (auto const& bad :
         {"a;b"s, "a b"s, "a\r\nb"s, "a\"b"s, "a,b"s, "a\\b"s, "\xC3\xA4"s, "a\0b"s})
        EXPECT_THROW((void)to_text(session_cookie(SecretString(bad), {})), std::invalid_argument);
}

TEST(Cookies, are_found_by_their_whole_name_and_twice_is_ambiguous)
{
    Request request;
    request.add_header("Cookie", "xtoken=1; token = abc ;other=2");
    EXPECT_EQ(find_cookie(request, "token")->value, "abc");
    EXPECT_FALSE(find_cookie(request, "token")->ambiguous);
    EXPECT_FALSE(find_cookie(request, "oken"));
    request.add_header("cookie", "token=planted");
    EXPECT_TRUE(find_cookie(request, "token")->ambiguous);
    EXPECT_EQ(find_cookie(request, "token")->value, "abc");
}

TEST(Envelope, D90_has_its_members_and_the_waiting_time_three_times)
{
    Response response;
    response.add_header("Set-Cookie", "left=over");
    domain::Refusal refusal{.reason = domain::Reason::account_locked};
    refusal.retry_after_seconds = 1620;
    write_problem(response, refusal, "id-1", R"("valid":false)");
    EXPECT_EQ(response.status, 423);
    EXPECT_EQ(
        response.body,
        R"({"error":"Account locked","code":"ACCOUNT_LOCKED","message":"Too many failed attempts.","status":423,)"
        R"("requestId":"id-1","remainingSeconds":1620,"retryAfterSec":1620,"valid":false})"
    );
    EXPECT_EQ(response.header("Retry-After"), "1620");
    EXPECT_FALSE(response.has_header("Set-Cookie"));
}

TEST(Envelope, names_fields_and_escapes_them)
{
    Response response;
    write_problem(response, domain::invalid_field("<b>", "is odd"), "id-1");
    EXPECT_NE(
        response.body.find(R"("error":"\u003cb\u003e is odd","code":"VALIDATION")"),
        std::string::npos
    );
    EXPECT_NE(
        response.body.find(R"("details":[{"field":"\u003cb\u003e","problem":"is odd"}])"),
        std::string::npos
    );
}

TEST(Envelope, says_how_to_wait_and_how_to_sign_in)
{
    Response response;
    write_problem(response, {.reason = domain::Reason::service_unavailable}, "id-1");
    EXPECT_EQ(response.header("Retry-After"), "1");
    EXPECT_NE(response.body.find(R"("retryAfterSec":1)"), std::string::npos);
    EXPECT_EQ(response.body.find("remainingSeconds"), std::string::npos);
    write_problem(response, {.reason = domain::Reason::invalid_token}, "id-1");
    EXPECT_EQ(response.header("WWW-Authenticate"), "Bearer");
    write_problem(response, {.reason = domain::Reason::step_up_required}, "id-1");
    EXPECT_NE(
        response.body.find(R"("error":"STEP_UP_REQUIRED","code":"STEP_UP_REQUIRED")"),
        std::string::npos
    );
}

TEST(Envelope, every_reason_has_a_status_and_a_code)
{
    for (int at = 0; at <= static_cast<int>(domain::Reason::service_unavailable); ++at) {
        auto const reason = static_cast<domain::Reason>(at);
        EXPECT_GE(http::status_of(reason), 400) << at;
        EXPECT_NE(http::code_of(reason), "INTERNAL") << at;
    }
}

} // namespace
} // namespace gatehouse::http
