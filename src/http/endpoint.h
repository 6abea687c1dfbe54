// An endpoint: a declared route and the handler whose signature says what is read and answered.
#pragma once

#include "core/async.h"
#include "http/context.h"
#include "http/describe_read.h"
#include "http/describe_schema.h"
#include "http/multipart.h"
#include "http/route.h"
#include "http/versions.h"

#include <concepts>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace gatehouse::http {

// Where and what, as far as the path alone tells: after the credential, before the body is read
// (spec/permissions §3). Throws Refusal.
using Gate = std::function<Async<void>(Context&)>;

struct Endpoint {
    Route route;
    std::function<Async<void>(Context&)> handle; // parses, calls the handler, writes the answer
    Shape shape; // for the OpenAPI document
    Gate gate = {};
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

// A body or query that is read but not judged yet: for routes whose right depends on one member of
// it, and for those that answer even nonsense in their own way. What is missing or of another type
// is refused by judged().
template <class Req> class Unjudged {
public:
    Req& members() { return members_; } // what could be read; the rest is empty
    describe::Problems& problems() { return problems_; }
    Req judged() &&
    {
        if (!problems_.none())
            throw std::move(problems_).refusal();
        return std::move(members_);
    }

private:
    Req members_{};
    describe::Problems problems_;
};
template <class T> inline constexpr bool is_unjudged = false;
template <class Req> inline constexpr bool is_unjudged<Unjudged<Req>> = true;

template <class Res> void write_answer(Response& into, Res const& answer)
{
    if constexpr (std::same_as<Res, Nothing>) {
        if (into.status == 200)
            into.status = 204;
    } else if constexpr (std::same_as<Res, Raw>) {
        into.set_header("Content-Type", answer.content_type);
        into.body = answer.body;
    } else if constexpr (std::same_as<Res, Streamed>) {
        into.set_header("Content-Type", answer.content_type);
        into.stream = answer.body;
    } else if constexpr (is_streamed_as<Res>) {
        into.say_json();
        into.stream = answer.body;
    } else if constexpr (std::same_as<Res, RawJson>) {
        into.say_json();
        into.body = answer.body;
    } else if constexpr (describe::is_variant<Res>) {
        std::visit([&](auto const& held) { write_answer(into, held); }, answer);
    } else {
        into.say_json();
        describe::write(into.body, answer);
    }
}

namespace detail {
template <class Req> Req read_any(Request const& request, Body body)
{
    if constexpr (std::same_as<Req, Upload>) {
        return read_upload(request, body.file_limit());
    } else if constexpr (std::same_as<Req, JsonObject>) {
        auto value = parse_body(request);
        return JsonObject{std::move(*value.object())};
    } else if constexpr (is_unjudged<Req>) {
        Req read;
        if (is_safe(request.method)) {
            if (auto parameters = parse_query(request.query))
                describe::read_query(*parameters, read.members(), read.problems());
            else
                read.problems().add("query", "is malformed");
        } else {
            auto value = parse_body(request);
            describe::read(value, "", read.members(), read.problems());
        }
        return read;
    } else {
        return read_request<Req>(request);
    }
}
template <class Req> struct BodyOf {
    using Type = Req;
};
template <class Req> struct BodyOf<Unjudged<Req>> {
    using Type = Req;
};

template <class Req, class Res>
Async<void> answer(Context& context, Handler<Req, Res> const& handler, Route const& route)
{
    Req request = read_any<Req>(context.request, route.body);
    auto const result = co_await handler(context, std::move(request));
    write_answer(context.response(), result);
    // What is answered in several shapes has the version that the handler says, if any.
    if (route.versioned && !describe::is_variant<Res> && !context.response().has_header("ETag"))
        context.header("ETag", entity_tag_of(context.response().body));
}
} // namespace detail

template <class Req, class Res> Endpoint endpoint(Route const& route, Handler<Req, Res> handler)
{
    if (route.body.is_multipart() != std::same_as<Req, Upload>)
        throw std::logic_error("what " + std::string(route.operation) + " takes is said twice");
    auto handle = [handler = std::move(handler), route](Context& context) {
        return detail::answer<Req, Res>(context, handler, route);
    };
    auto shape = shape_of<typename detail::BodyOf<Req>::Type, Res>(is_safe(route.method));
    return {route, std::move(handle), std::move(shape)};
}

template <class Req, class Res>
Endpoint endpoint(Route const& route, Async<Res> (*handler)(Context&, Req))
{
    return endpoint<Req, Res>(route, Handler<Req, Res>(handler));
}

template <class Req, class Res>
Endpoint endpoint(Route const& route, Gate gate, Handler<Req, Res> handler)
{
    auto made = endpoint<Req, Res>(route, std::move(handler));
    made.gate = std::move(gate);
    return made;
}

template <class Req, class Res>
Endpoint endpoint(Route const& route, Gate gate, Async<Res> (*handler)(Context&, Req))
{
    return endpoint<Req, Res>(route, std::move(gate), Handler<Req, Res>(handler));
}

} // namespace gatehouse::http
