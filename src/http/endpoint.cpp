// Reading the body of a request as one JSON object.
#include "http/endpoint.h"

#include "core/text.h"

namespace gatehouse::http {

namespace {
constexpr json::Limits body_limits{.depth = 32, .values = 20'000, .number_length = 64};

std::string_view words_for(json::ParseError error)
{
    switch (error) {
    case json::ParseError::malformed:
        return "The body is not valid JSON.";
    case json::ParseError::too_deep:
        return "The JSON is nested too deeply.";
    case json::ParseError::too_many_values:
        return "The JSON holds too many values.";
    case json::ParseError::number_out_of_range:
        return "A number is out of range.";
    case json::ParseError::duplicate_name:
        return "A name comes twice in one object.";
    }
    return "The body is not valid JSON.";
}

domain::Refusal malformed(std::string_view message)
{
    domain::Refusal refusal{.reason = domain::Reason::validation};
    refusal.error = "Malformed request body";
    refusal.message = message;
    return refusal;
}
bool names_a_password(std::string_view name)
{
    return ascii_lower(name).find("password") != std::string::npos;
}

} // namespace

json::Value parse_body(Request const& request)
{
    if (request.body.empty())
        return json::Value(json::Object());
    auto parsed = json::parse(request.body, body_limits);
    if (!parsed)
        throw malformed(words_for(parsed.error()));
    auto const* const members = parsed->object();
    if (!members)
        throw malformed("The body must be a JSON object.");
    for (auto const& member : *members) // those nobody reads too: passwords alone may hold one
        if (!names_a_password(member.name) && json::holds_nul(member.value))
            throw domain::invalid_field(member.name, "must not hold a NUL character");
    return std::move(*parsed);
}

Parameters query_of(Request const& request)
{
    auto parameters = parse_query(request.query);
    if (!parameters) {
        domain::Refusal refusal{.reason = domain::Reason::validation};
        refusal.error = "Malformed query";
        refusal.message = "A parameter comes twice or is not properly encoded.";
        throw refusal;
    }
    return std::move(*parameters);
}

} // namespace gatehouse::http
