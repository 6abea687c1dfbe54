// An endpoint: a declared route and the handler whose signature says what is read and answered.
#pragma once

#include "core/async.h"
#include "http/context.h"
#include "http/describe_read.h"
#include "http/describe_schema.h"
#include "http/route.h"

#include <concepts>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace gatehouse::http {

struct Endpoint {
    Route route;
    std::function<Async<void>(Context&)> handle; // parses, calls the handler, writes the answer
    Shape shape; // for the OpenAPI document
};

template <class Req, class Res> using Handler = std::function<Async<Res>(Context&, Req)>;

// The body as one JSON object; an empty body counts as `{}`. Throws Refusal.
json::Value parse_body(Request const& request);
Parameters query_of(Request const& request); // throws Refusal

template <class Req> Req read_request(Request const& request)
{
    Req read{};
    describe::Problems problems;
    if (is_safe(request.method)) {
        auto parameters = query_of(request);
        describe::read_query(parameters, read, problems);
    } else {
        auto value = parse_body(request);
        describe::read(value, "", read, problems);
    }
    if (!problems.none())
        throw std::move(problems).refusal();
    return read;
}

template <class Res> void write_answer(Response& into, Res const& answer)
{
    if constexpr (std::same_as<Res, Nothing>) {
        if (into.status == 200)
            into.status = 204;
    } else if constexpr (std::same_as<Res, Raw>) {
        into.set_header("Content-Type", answer.content_type);
        into.body = answer.body;
    } else if constexpr (std::same_as<Res, RawJson>) {
        into.say_json();
        into.body = answer.body;
    } else {
        into.say_json();
        describe::write(into.body, answer);
    }
}

namespace detail {
template <class Req, class Res>
Async<void> answer(Context& context, Handler<Req, Res> const& handler)
{
    auto request = read_request<Req>(context.request);
    auto const result = co_await handler(context, std::move(request));
    write_answer(context.response(), result);
}
} // namespace detail

template <class Req, class Res> Endpoint endpoint(Route const& route, Handler<Req, Res> handler)
{
    auto handle = [handler = std::move(handler)](Context& context) {
        return detail::answer<Req, Res>(context, handler);
    };
    return {route, std::move(handle), shape_of<Req, Res>(is_safe(route.method))};
}

template <class Req, class Res>
Endpoint endpoint(Route const& route, Async<Res> (*handler)(Context&, Req))
{
    return endpoint<Req, Res>(route, Handler<Req, Res>(handler));
}

} // namespace gatehouse::http
