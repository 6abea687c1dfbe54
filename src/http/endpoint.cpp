// Reading the body of a request as one JSON object.
#include "http/endpoint.h"

namespace gatehouse::http {

namespace {
constexpr json::Limits body_limits { .depth = 32, .values = 20'000, .number_length = 64 };

std::string_view words_for(json::ParseError error)
{
    switch (error) {
    case json::ParseError::malformed: return "The body is not valid JSON.";
    case json::ParseError::too_deep: return "The JSON is nested too deeply.";
    case json::ParseError::too_many_values: return "The JSON holds too many values.";
    case json::ParseError::number_out_of_range: return "A number is out of range.";
    case json::ParseError::duplicate_name: return "A name comes twice in one object.";
    }
    return "The body is not valid JSON.";
}

domain::Refusal malformed(std::string_view message)
{
    domain::Refusal refusal { .reason = domain::Reason::validation };
    refusal.error = "Malformed request body";
    refusal.message = message;
    return refusal;
}
} // namespace

json::Value parse_body(Request const& request)
{
    if (request.body.empty())
        return json::Value(json::Object());
    auto parsed = json::parse(request.body, body_limits);
    if (!parsed)
        throw malformed(words_for(parsed.error()));
    if (!parsed->object())
        throw malformed("The body must be a JSON object.");
    return std::move(*parsed);
}

Parameters query_of(Request const& request)
{
    auto parameters = parse_query(request.query);
    if (!parameters) {
        domain::Refusal refusal { .reason = domain::Reason::validation };
        refusal.error = "Malformed query";
        refusal.message = "A parameter comes twice or is not properly encoded.";
        throw refusal;
    }
    return std::move(*parameters);
}

} // namespace gatehouse::http
