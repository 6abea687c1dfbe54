// The only way to put a header field into an answer, and it looks at every byte.
#include "http/response.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace gatehouse::http {

namespace {
enum : unsigned char { in_names = 1, in_values = 2 };

constexpr std::array<unsigned char, 256> allowed = [] {
    std::array<unsigned char, 256> table{};
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    for (std::size_t byte = 0; byte < 128; ++byte) {
        auto const letter = static_cast<char>(byte);
        bool const alphanumeric = (letter >= 'a' && letter <= 'z')
            || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
        if (alphanumeric || others.find(letter) != std::string_view::npos)
            table[byte] |= in_names;
        if (byte == '\t' || (byte >= 0x20 && byte < 0x7F))
            table[byte] |= in_values;
    }
    return table;
}();

bool all_are(std::string_view text, unsigned char kind)
{
    for (char const letter : text)
        if ((allowed[static_cast<unsigned char>(letter)] & kind) == 0)
            return false;
    return true;
}

bool same_name(std::string_view one, std::string_view other)
{
    auto const folded = [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
    };
    return std::ranges::equal(one, other, {}, folded, folded);
}
} // namespace

void require_clean_header(std::string_view name, std::string_view value)
{
    if (name.empty() || !all_are(name, in_names))
        throw std::invalid_argument("a header field with an unusable name");
    if (!all_are(value, in_values))
        throw std::invalid_argument("unusable bytes in the header field " + std::string(name));
}

Response::Line Response::find(std::string_view name, std::size_t from) const
{
    while (from < lines_.size()) {
        auto const end = lines_.find('\n', from) + 1; // lines are whole: only add_header writes
        auto const sent = std::string_view(lines_).substr(from, name.size());
        if (sent.size() == name.size() && lines_[from + name.size()] == ':'
            && same_name(sent, name))
            return {from, end};
        from = end;
    }
    return {};
}

void Response::set_header(std::string_view name, std::string_view value)
{
    require_clean_header(name, value);
    for (auto line = find(name, 0); line.end != 0; line = find(name, line.begin))
        lines_.erase(line.begin, line.end - line.begin);
    lines_.append(name).append(": ").append(value).append("\r\n");
}

void Response::say_json()
{
    if (lines_.empty()) // nearly always: nothing to replace and nothing to check
        lines_ = "Content-Type: application/json; charset=utf-8\r\n";
    else
        set_header("Content-Type", "application/json; charset=utf-8");
}

void Response::add_header(std::string_view name, std::string_view value)
{
    require_clean_header(name, value);
    lines_.append(name).append(": ").append(value).append("\r\n");
}

bool Response::has_header(std::string_view name) const
{
    return find(name, 0).end != 0;
}

std::string_view Response::header(std::string_view name) const
{
    auto const line = find(name, 0);
    if (line.end == 0)
        return {};
    auto const begin = line.begin + name.size() + 2;
    return std::string_view(lines_).substr(begin, line.end - 2 - begin);
}

void Response::clear()
{
    status = 200;
    body.clear();
    stream.reset();
    lines_.clear();
}

std::string_view reason_phrase(int status)
{
    switch (status) {
    case 100:
        return "Continue";
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 202:
        return "Accepted";
    case 204:
        return "No Content";
    case 302:
        return "Found";
    case 304:
        return "Not Modified";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 410:
        return "Gone";
    case 412:
        return "Precondition Failed";
    case 413:
        return "Content Too Large";
    case 415:
        return "Unsupported Media Type";
    case 417:
        return "Expectation Failed";
    case 423:
        return "Locked";
    case 428:
        return "Precondition Required";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
    case 503:
        return "Service Unavailable";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return "Unknown";
    }
}

} // namespace gatehouse::http
