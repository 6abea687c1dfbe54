// Requests that are odd in one way each, and two endpoints that show what reached a handler.
#pragma once

#include "http/endpoint.h"
#include "support/running_server.h"

#include <string>
#include <vector>

namespace gatehouse::support {

struct Seen { // what the handler saw of a request
    std::string body;
    std::string authorization;
    std::string forwarded;
};
BOOST_DESCRIBE_STRUCT(Seen, (), (body, authorization, forwarded))

inline constexpr http::Route echo_route{
    .method = http::Method::post,
    .path = "/echo",
    .operation = "echo",
    .summary = "Say what came",
    .tag = "test",
    .access = http::Access::anyone(),
    .audit = http::Audit::none("a test"),
    .limit = http::Limit::none,
};

inline Async<Seen> echo(http::Context& context, http::Nothing)
{
    Seen seen;
    seen.body = context.request.body;
    seen.authorization = context.request.header("authorization").value_or("");
    seen.forwarded = context.request.header("x-forwarded-for").value_or("");
    co_return seen;
}

inline constexpr http::Route item_route{
    .method = http::Method::get,
    .path = "/items/:id",
    .operation = "item",
    .summary = "Say which",
    .tag = "test",
    .access = http::Access::anyone(),
    .audit = http::Audit::none("a test"),
    .limit = http::Limit::none,
};

inline Async<Seen> show_item(http::Context& context, http::Nothing)
{
    co_return Seen{context.parameter("id"), "", ""};
}

inline std::vector<http::Endpoint> odd_request_endpoints()
{
    return {http::endpoint(echo_route, echo), http::endpoint(item_route, show_item)};
}

struct Odd {
    char const* name;
    std::string bytes;
    int status;
};

inline std::string const host = "Host: a\r\n";
inline std::string const json_type = "Content-Type: application/json\r\n";

inline std::string post(std::string const& fields, std::string const& body = "")
{
    return "POST /echo HTTP/1.1\r\n" + host + json_type + fields + "\r\n" + body;
}

inline std::string get(std::string const& target, std::string const& fields = host)
{
    return "GET " + target + " HTTP/1.1\r\n" + fields + "\r\n";
}

} // namespace gatehouse::support
