// Judging one value against one declaration.
#include "policy/attributes.h"

#include "core/text.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>

namespace gatehouse::policy {
namespace {

bool holds_control(std::string_view text)
{
    return std::ranges::any_of(text, [](char c) {
        auto const byte = static_cast<unsigned char>(c);
        return byte < 0x20 && c != '\n' && c != '\t';
    });
}

bool looks_like_address(std::string_view text)
{
    auto const at = text.find('@');
    if (at == 0 || at == std::string_view::npos || text.find('@', at + 1) != text.npos)
        return false;
    auto const domain = text.substr(at + 1);
    return domain.find('.') != domain.npos && !domain.starts_with('.') && !domain.ends_with('.')
        && text.find_first_of(" \t\n<>\"") == text.npos;
}

bool read_number(std::string_view text, int& into)
{
    auto const end = text.data() + text.size();
    auto const read = std::from_chars(text.data(), end, into);
    return read.ec == std::errc() && read.ptr == end;
}

bool is_date(std::string_view text) // RFC 3339 full-date
{
    int year = 0;
    int month = 0;
    int day = 0;
    if (text.size() != 10 || text[4] != '-' || text[7] != '-')
        return false;
    if (!read_number(text.substr(0, 4), year) || !read_number(text.substr(5, 2), month)
        || !read_number(text.substr(8, 2), day) || month < 0 || day < 0)
        return false;
    return std::chrono::year_month_day(
               std::chrono::year(year),
               std::chrono::month(static_cast<unsigned>(month)),
               std::chrono::day(static_cast<unsigned>(day))
    )
        .ok();
}

// Of the web alone: what a browser would run when it is clicked is no address of anything.
bool is_web_address(std::string_view text)
{
    auto const lower = ascii_lower(text);
    auto const named = lower.starts_with("https://") || lower.starts_with("http://");
    return named && text.find_first_of(" \t\n<>\"") == text.npos;
}

bool fits(AttributeFormat format, std::string_view text)
{
    switch (format) {
    case AttributeFormat::none:
        return true;
    case AttributeFormat::email:
        return looks_like_address(text);
    case AttributeFormat::date:
        return is_date(text);
    case AttributeFormat::uri:
        return is_web_address(text);
    }
    return false;
}

std::optional<std::string> judge_text(Attribute const& attribute, std::string const& text)
{
    if (attribute.required && trimmed(text).empty())
        return "must not be empty";
    if (code_points(text) > attribute.longest)
        return "must be at most " + std::to_string(attribute.longest) + " characters long";
    if (holds_control(text))
        return "must not hold control characters";
    bool const listed = attribute.allowed.empty()
        || std::ranges::find(attribute.allowed, text) != attribute.allowed.end();
    if (!listed) {
        std::string problem = "must be one of";
        for (auto const& allowed : attribute.allowed)
            problem += " " + allowed;
        return problem;
    }
    if (!text.empty() && !fits(attribute.format, text))
        return "must be a valid " + std::string(to_text(attribute.format));
    return std::nullopt;
}

std::string in_words(double number)
{
    std::string text;
    json::append_number(text, number);
    return text;
}

std::optional<std::string> judge_number(Attribute const& attribute, double number)
{
    if (attribute.minimum && number < *attribute.minimum)
        return "must be at least " + in_words(*attribute.minimum);
    if (attribute.maximum && number > *attribute.maximum)
        return "must be at most " + in_words(*attribute.maximum);
    return std::nullopt;
}

std::string must_be(AttributeKind kind)
{
    return std::string("must be a") + (kind == AttributeKind::integer ? "n " : " ")
        + std::string(to_text(kind));
}

} // namespace

std::string_view to_text(AttributeKind kind)
{
    switch (kind) {
    case AttributeKind::string:
        return "string";
    case AttributeKind::integer:
        return "integer";
    case AttributeKind::number:
        return "number";
    case AttributeKind::boolean:
        return "boolean";
    }
    return "string";
}

std::string_view to_text(AttributeFormat format)
{
    switch (format) {
    case AttributeFormat::none:
        return "";
    case AttributeFormat::email:
        return "email";
    case AttributeFormat::date:
        return "date";
    case AttributeFormat::uri:
        return "uri";
    }
    return "";
}

std::optional<AttributeKind> parse_attribute_kind(std::string_view text)
{
    for (auto const kind :
         {AttributeKind::string,
          AttributeKind::integer,
          AttributeKind::number,
          AttributeKind::boolean})
        if (to_text(kind) == text)
            return kind;
    return std::nullopt;
}

std::optional<AttributeFormat> parse_attribute_format(std::string_view text)
{
    for (auto const format : {AttributeFormat::email, AttributeFormat::date, AttributeFormat::uri})
        if (to_text(format) == text)
            return format;
    return std::nullopt;
}

std::optional<std::string> judge(Attribute const& attribute, json::Value const& value)
{
    if (value.is_null())
        return attribute.required ? std::optional<std::string>("must not be empty") : std::nullopt;
    switch (attribute.kind) {
    case AttributeKind::string:
        if (auto const* const text = value.text())
            return judge_text(attribute, *text);
        break;
    case AttributeKind::integer:
        if (auto const* const number = value.integer())
            return judge_number(attribute, static_cast<double>(*number));
        break;
    case AttributeKind::number:
        if (auto const* const number = value.integer())
            return judge_number(attribute, static_cast<double>(*number));
        if (auto const* const number = value.number())
            return judge_number(attribute, *number);
        break;
    case AttributeKind::boolean:
        if (value.boolean())
            return std::nullopt;
        break;
    }
    return must_be(attribute.kind);
}

} // namespace gatehouse::policy
