// Taking a form apart: boundaries, a bounded head of each part, and nothing between or behind them.
#include "http/multipart.h"

#include "core/text.h"
#include "domain/refusal.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::http {

namespace {
using domain::Reason;
using domain::Refusal;

constexpr std::string_view form_data = "multipart/form-data";
constexpr std::size_t longest_boundary = 70; // RFC 2046 5.1.1
constexpr std::size_t longest_part_head = 2048; // bytes
constexpr int most_parts = 16;

Refusal malformed(std::string_view why)
{
    Refusal refusal{.reason = Reason::validation};
    refusal.error = "Malformed request body";
    refusal.message = why;
    return refusal;
}

bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_token(std::string_view text) // RFC 9110 5.6.2
{
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return is_letter_or_digit(c) || others.find(c) != std::string_view::npos;
    });
}

bool is_boundary(std::string_view text)
{
    constexpr std::string_view others = "'()+_,-./:=? ";
    bool const good = std::ranges::all_of(text, [&](char c) {
        return is_letter_or_digit(c) || others.find(c) != std::string_view::npos;
    });
    return good && !text.empty() && text.size() <= longest_boundary && text.back() != ' ';
}

void skip_blanks(std::string_view& text)
{
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

// A quoted string from its quotation mark on; a backslash stands before what it quotes.
std::string take_quoted(std::string_view& text)
{
    std::string value;
    text.remove_prefix(1);
    while (!text.empty() && text.front() != '"') {
        if (text.front() == '\\' && text.size() > 1)
            text.remove_prefix(1);
        value += text.front();
        text.remove_prefix(1);
    }
    if (text.empty())
        throw malformed("A quoted text of the form does not end.");
    text.remove_prefix(1);
    return value;
}

using FormParameters = std::vector<std::pair<std::string, std::string>>;

// `; name=value; name="value"`, each name once and in lower case.
FormParameters parameters_in(std::string_view text)
{
    FormParameters found;
    for (skip_blanks(text); !text.empty(); skip_blanks(text)) {
        if (text.front() != ';')
            throw malformed("The parameters of a field are not separated by semicolons.");
        text.remove_prefix(1);
        skip_blanks(text);
        auto const equals = std::min(text.find('='), text.size());
        auto name = ascii_lower(text.substr(0, equals));
        text.remove_prefix(std::min(equals + 1, text.size()));
        if (!is_token(name) || text.empty())
            throw malformed("A parameter of a field has no name or no value.");
        std::string value;
        if (text.front() == '"') {
            value = take_quoted(text);
        } else {
            value = text.substr(0, text.find_first_of("; \t"));
            text.remove_prefix(value.size());
            if (!is_token(value))
                throw malformed("A parameter of a field has an unusable value.");
        }
        for (auto const& [known, ignored] : found)
            if (known == name)
                throw malformed("A parameter of a field comes twice.");
        found.emplace_back(std::move(name), std::move(value));
    }
    return found;
}

std::string const* find(FormParameters const& parameters, std::string_view name)
{
    for (auto const& [known, value] : parameters)
        if (known == name)
            return &value;
    return nullptr;
}

std::string boundary_of(Request const& request)
{
    auto const type = request.header("content-type").value_or("");
    auto const semicolon = std::min(type.find(';'), type.size());
    auto const parameters = parameters_in(type.substr(semicolon));
    auto const* const boundary = find(parameters, "boundary");
    if (!boundary || !is_boundary(*boundary))
        throw malformed("The content type names no usable boundary.");
    return *boundary;
}

bool holds_control_bytes(std::string_view text) // CR, LF and NUL among them; a tab is none
{
    return std::ranges::any_of(text, [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
    });
}

struct PartHead {
    std::optional<std::string> name;
    void line(std::string_view text);

private:
    std::vector<std::string> seen_;
};

void PartHead::line(std::string_view text)
{
    auto const colon = text.find(':');
    auto const field = ascii_lower(text.substr(0, colon));
    if (colon == std::string_view::npos || !is_token(field) || holds_control_bytes(text))
        throw malformed("A part of the form has an unusable header field.");
    if (std::ranges::find(seen_, field) != seen_.end())
        throw malformed("A part of the form has a header field twice.");
    seen_.push_back(field);
    auto const value = trimmed(text.substr(colon + 1));
    if (field == "content-transfer-encoding" && ascii_lower(value) != "binary"
        && ascii_lower(value) != "8bit")
        throw malformed("A part of the form is encoded a second time."); // RFC 7578 4.7
    if (field != "content-disposition")
        return;
    auto const semicolon = std::min(value.find(';'), value.size());
    auto const parameters = parameters_in(value.substr(semicolon));
    auto const* const said = find(parameters, "name");
    if (ascii_lower(trimmed(value.substr(0, semicolon))) != "form-data" || !said)
        throw malformed("A part of the form does not say its name.");
    name = *said;
}

// The name of the part whose head begins here; leaves its content.
std::string take_head(std::string_view& rest)
{
    PartHead head;
    auto left = longest_part_head;
    for (;;) {
        auto const end = rest.substr(0, left).find("\r\n");
        if (end == std::string_view::npos)
            throw malformed("A part of the form has a head that is too long or does not end.");
        auto const line = rest.substr(0, end);
        rest.remove_prefix(end + 2);
        left -= end + 2;
        if (line.empty())
            break;
        head.line(line);
    }
    if (!head.name)
        throw malformed("A part of the form has no Content-Disposition.");
    return std::move(*head.name);
}

// What follows a boundary: true before another part, false at the end of the form.
bool another_part_follows(std::string_view& rest)
{
    if (rest.starts_with("\r\n")) {
        rest.remove_prefix(2);
        return true;
    }
    if (rest == "--" || rest == "--\r\n")
        return false;
    throw malformed("The form goes on behind its end, or a boundary is part of a longer line.");
}
} // namespace

bool is_multipart_form(std::optional<std::string_view> content_type)
{
    if (!content_type)
        return false;
    return ascii_lower(trimmed(content_type->substr(0, content_type->find(';')))) == form_data;
}

Upload read_upload(Request const& request, std::size_t file_limit)
{
    auto const boundary = "\r\n--" + boundary_of(request);
    std::string_view rest = request.body;
    if (!rest.starts_with(std::string_view(boundary).substr(2)))
        throw malformed("The form does not begin with its boundary.");
    rest.remove_prefix(boundary.size() - 2);
    std::optional<Upload> found;
    for (int parts = 0; another_part_follows(rest); ++parts) {
        if (parts == most_parts)
            throw malformed("The form has too many parts.");
        auto const name = take_head(rest);
        auto const end = rest.find(boundary);
        if (end == std::string_view::npos)
            throw malformed("The form is cut off.");
        if (name == "file" && found)
            throw domain::invalid_field("file", "comes twice");
        if (name == "file" && end > file_limit)
            throw Refusal{.reason = Reason::payload_too_large};
        if (name == "file")
            found.emplace(std::string(rest.substr(0, end)));
        rest.remove_prefix(end + boundary.size());
    }
    if (!found)
        throw domain::invalid_field("file", "is required");
    return std::move(*found);
}

} // namespace gatehouse::http
