// Writing the OpenAPI document.
#include "http/openapi.h"

#include "core/json.h"
#include "core/text.h"
#include "http/cookies.h"
#include "http/response.h"

#include <algorithm>
#include <set>

namespace gatehouse::http {

namespace {
constexpr std::string_view problem_schema
    = R"({"type":"object","description":"The one envelope of every refusal.","properties":{)"
      R"("error":{"type":"string"},"code":{"type":"string"},"message":{"type":"string"},)"
      R"("status":{"type":"integer"},"requestId":{"type":"string"},)"
      R"("remainingSeconds":{"type":"integer","minimum":1},"retryAfterSec":{"type":"integer","minimum":1},)"
      R"("details":{"type":"array","items":{"type":"object","properties":{"field":{"type":"string"},)"
      R"("problem":{"type":"string"}},"required":["field","problem"]}}},)"
      R"("required":["error","code","message","status","requestId"]})";

std::string quoted(std::string_view text)
{
    std::string made;
    json::append_escaped(made, text);
    return made;
}

std::vector<std::string_view> words_of(std::string_view text)
{
    std::vector<std::string_view> words;
    while (!text.empty()) {
        auto const end = text.find(' ');
        if (auto const word = text.substr(0, end); !word.empty())
            words.push_back(word);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    }
    return words;
}

bool says(std::string_view text, std::string_view word)
{
    auto const words = words_of(text);
    return std::ranges::find(words, word) != words.end();
}

// `/a/:id` is `/a/{id}` here; the names are collected.
std::string templated(std::string_view path, std::vector<std::string>& names)
{
    std::string made;
    while (!path.empty()) {
        path.remove_prefix(1);
        auto const segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());
        made += '/';
        if (segment.starts_with(':')) {
            names.emplace_back(segment.substr(1));
            made += "{" + names.back() + "}";
        } else {
            made += segment;
        }
    }
    return made;
}

std::string
parameter(std::string_view in, std::string_view name, std::string_view schema, bool required)
{
    auto text = "{\"name\":" + quoted(name) + ",\"in\":" + quoted(in);
    if (required)
        text += R"(,"required":true)";
    return text + ",\"schema\":" + std::string(schema) + "}";
}

bool takes_a_condition(Route const& route)
{
    return route.versioned && !is_safe(route.method);
}

std::string parameters(std::vector<std::string> const& path_names, DescribedRoute const& one)
{
    std::string all;
    for (auto const& name : path_names)
        all += (all.empty() ? "" : ",") + parameter("path", name, R"({"type":"string"})", true);
    for (auto const& query : one.shape.query)
        all += (all.empty() ? "" : ",")
            + parameter("query", query.name, query.schema, query.required);
    if (takes_a_condition(one.route))
        all += (all.empty() ? "" : ",")
            + parameter("header", "If-Match", R"({"type":"string"})", false);
    return all.empty() ? "" : ",\"parameters\":[" + all + "]";
}

std::string content(std::string_view type, std::string_view schema)
{
    return ",\"content\":{" + quoted(type) + ":{\"schema\":" + std::string(schema) + "}}";
}

bool carries_own_body(DescribedRoute const& one, std::string_view status)
{
    return status < "300" || says(one.route.own_body, status);
}

std::string response(DescribedRoute const& one, std::string_view status)
{
    auto const phrase = reason_phrase(std::stoi(std::string(status)));
    auto text = quoted(status) + ":{\"description\":" + quoted(phrase);
    if (status == "429" || status == "423" || status == "503")
        text += R"(,"headers":{"Retry-After":{"schema":{"type":"integer"}}})";
    if (status == "302")
        text += R"(,"headers":{"Location":{"schema":{"type":"string"}}})";
    if (one.route.versioned && status == "200")
        text += R"(,"headers":{"ETag":{"schema":{"type":"string"}}})";
    if (status >= "400" && !carries_own_body(one, status))
        text += content("application/json", R"({"$ref":"#/components/schemas/Problem"})");
    else if (status != "204" && carries_own_body(one, status)
             && !one.shape.answer_content_type.empty())
        text += content(one.shape.answer_content_type, one.shape.answer);
    return text + "}";
}

std::string_view security_of(Access access)
{
    switch (access.kind()) {
    case Access::Kind::session:
    case Access::Kind::session_or_provisioner:
    case Access::Kind::session_or_service:
        return R"([{"bearer":[]},{"cookie":[]}])";
    case Access::Kind::credential_optional:
        return R"([{},{"bearer":[]},{"cookie":[]}])";
    case Access::Kind::anyone:
    case Access::Kind::operators:
    case Access::Kind::testing:
    case Access::Kind::capture:
        break;
    }
    return "[]";
}

std::string description_of(Route const& route)
{
    std::string text(route.summary);
    text += ".";
    if (route.audit.records_something())
        text += " Leaves one of these in the ledger: " + std::string(route.audit.text()) + ".";
    else
        text += " Leaves nothing in the ledger: " + std::string(route.audit.text()) + ".";
    if (takes_a_condition(route))
        text += " With If-Match only where the ETag is still the same; without, the last one wins.";
    return text;
}

std::string operation(DescribedRoute const& one, std::vector<std::string> const& path_names)
{
    auto const& route = one.route;
    auto text = quoted(ascii_lower(to_text(route.method)))
        + ":{\"operationId\":" + quoted(route.operation) + ",\"summary\":" + quoted(route.summary)
        + ",\"description\":" + quoted(description_of(route)) + ",\"tags\":[" + quoted(route.tag)
        + "],\"security\":" + std::string(security_of(route.access)) + parameters(path_names, one);
    if (!one.shape.request_body.empty())
        text += std::string(",\"requestBody\":{\"required\":")
            + (one.shape.request_body_required ? "true" : "false")
            + content(one.shape.request_content_type, one.shape.request_body) + "}";
    std::string responses;
    for (auto const status : words_of(route.answers))
        responses += (responses.empty() ? "" : ",") + response(one, status);
    // What the wire itself refuses (framing, sizes, time-outs) and what breaks looks the same
    // everywhere.
    responses += R"(,"default":{"description":"Any other refusal")"
        + content("application/json", R"({"$ref":"#/components/schemas/Problem"})") + "}";
    return text + ",\"responses\":{" + responses + "}}";
}

// Each path once, with all its methods, in the order of the declarations.
std::string paths(std::vector<DescribedRoute> const& routes)
{
    std::vector<std::pair<std::string, std::string>> found;
    for (auto const& one : routes) {
        std::vector<std::string> names;
        auto const path = templated(one.route.path, names);
        auto known = std::ranges::find(found, path, &std::pair<std::string, std::string>::first);
        if (known == found.end())
            known = found.emplace(found.end(), path, "");
        known->second += (known->second.empty() ? "" : ",") + operation(one, names);
    }
    std::string text;
    for (auto const& [path, operations] : found)
        text += (text.empty() ? "" : ",") + quoted(path) + ":{" + operations + "}";
    return text;
}

std::string tags(std::vector<DescribedRoute> const& routes)
{
    std::set<std::string_view> names;
    for (auto const& one : routes)
        names.insert(one.route.tag);
    std::string text;
    for (auto const name : names)
        text += (text.empty() ? "{\"name\":" : ",{\"name\":") + quoted(name)
            + ",\"description\":" + quoted("Routes about: " + std::string(name)) + "}";
    return text;
}
} // namespace

std::string openapi_document(ApiInfo const& info, std::vector<DescribedRoute> const& routes)
{
    auto const cookie = quoted(session_cookie_name);
    return R"({"openapi":"3.1.0","info":{"title":"gatehouse","version":)" + quoted(info.version)
        + R"(,"description":"Authentication and authorization: one identity model behind two surfaces.",)"
          R"("license":{"name":"Apache-2.0","identifier":"Apache-2.0"}},"servers":[{"url":)"
        + quoted(info.server_url) + "}],\"tags\":[" + tags(routes) + "],\"paths\":{" + paths(routes)
        + R"(},"components":{"securitySchemes":{"bearer":{"type":"http","scheme":"bearer"},)"
          R"("cookie":{"type":"apiKey","in":"cookie","name":)"
        + cookie + R"(}},"schemas":{"Problem":)" + std::string(problem_schema) + "}}}";
}

} // namespace gatehouse::http
