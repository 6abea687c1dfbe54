// Making requests and taking answers apart.
#include "support/calls.h"

namespace gatehouse::testing {

void fill(http::Request& request, Call const& what)
{
    request.method = what.method;
    request.set_target(what.target);
    request.peer = what.client_address;
    if (!what.bearer.empty())
        request.add_header("authorization", "Bearer " + what.bearer);
    if (!what.cookie.empty())
        request.add_header("cookie", what.cookie);
    if (!what.user_agent.empty())
        request.add_header("user-agent", what.user_agent);
    if (!what.body.empty())
        request.add_header("content-type", what.content_type);
    for (auto const& [name, value] : what.headers)
        request.add_header(name, value);
}

Call Call::as(std::string token) const
{
    auto call = *this;
    call.bearer = std::move(token);
    return call;
}
Call Call::with_cookie(std::string text) const
{
    auto call = *this;
    call.cookie = std::move(text);
    return call;
}
Call Call::from(std::string address) const
{
    auto call = *this;
    call.client_address = std::move(address);
    return call;
}
Call Call::with_agent(std::string agent) const
{
    auto call = *this;
    call.user_agent = std::move(agent);
    return call;
}

Call get(std::string target)
{
    return {.method = http::Method::get, .target = std::move(target)};
}
Call remove(std::string target)
{
    return {.method = http::Method::remove, .target = std::move(target)};
}
Call post(std::string target, json::Object body)
{
    return {
        .method = http::Method::post,
        .target = std::move(target),
        .body = json::to_text(json::Value(std::move(body)))
    };
}
Call remove(std::string target, json::Object body)
{
    auto call = post(std::move(target), std::move(body));
    call.method = http::Method::remove;
    return call;
}
Call put(std::string target, json::Object body)
{
    auto call = post(std::move(target), std::move(body));
    call.method = http::Method::put;
    return call;
}
Call patch(std::string target, json::Object body)
{
    return {
        .method = http::Method::patch,
        .target = std::move(target),
        .body = json::to_text(json::Value(std::move(body)))
    };
}

std::vector<std::string> Answer::cookies() const
{
    constexpr std::string_view name = "Set-Cookie: ";
    std::vector<std::string> found;
    std::string_view lines = response.header_lines();
    while (!lines.empty()) {
        auto const end = lines.find("\r\n");
        auto const line = lines.substr(0, end);
        if (line.starts_with(name))
            found.emplace_back(line.substr(name.size()));
        lines.remove_prefix(end + 2);
    }
    return found;
}

json::Value const* Answer::member(std::string_view path) const
{
    auto const* at = &json;
    while (at && !path.empty()) {
        auto const dot = path.find('.');
        at = at->find(path.substr(0, dot));
        path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    }
    return at;
}

std::string Answer::text(std::string_view path) const
{
    auto const* const found = member(path);
    auto const* const value = found ? found->text() : nullptr;
    return value ? *value : "";
}

std::optional<std::int64_t> Answer::number(std::string_view path) const
{
    auto const* const found = member(path);
    auto const* const value = found ? found->integer() : nullptr;
    return value ? std::optional(*value) : std::nullopt;
}

} // namespace gatehouse::testing
