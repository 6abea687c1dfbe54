// The only way to put a header field into an answer, and it looks at every byte.
#include "http/response.h"

#include <algorithm>
#include <stdexcept>

namespace gatehouse::http {

namespace {
constexpr bool is_token_character(char letter)
{
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z')
        || (letter >= '0' && letter <= '9') || others.find(letter) != std::string_view::npos;
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
    if (name.empty() || !std::ranges::all_of(name, is_token_character))
        throw std::invalid_argument("a header field with an unusable name");
    auto const is_clean
        = [](char letter) { return (letter >= 0x20 && letter < 0x7F) || letter == '\t'; };
    if (!std::ranges::all_of(value, is_clean))
        throw std::invalid_argument("unusable bytes in the header field " + std::string(name));
}

void Response::set_header(std::string_view name, std::string_view value)
{
    require_clean_header(name, value);
    std::erase_if(headers_, [&](auto const& header) { return same_name(header.first, name); });
    headers_.emplace_back(name, value);
}

void Response::add_header(std::string_view name, std::string_view value)
{
    require_clean_header(name, value);
    headers_.emplace_back(name, value);
}

bool Response::has_header(std::string_view name) const
{
    return std::ranges::any_of(
        headers_, [&](auto const& header) { return same_name(header.first, name); });
}

std::string_view Response::header(std::string_view name) const
{
    for (auto const& header : headers_)
        if (same_name(header.first, name))
            return header.second;
    return {};
}

void Response::clear()
{
    status = 200;
    body.clear();
    headers_.clear();
}

std::string_view reason_phrase(int status)
{
    switch (status) {
    case 100: return "Continue";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 302: return "Found";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 423: return "Locked";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
    }
}

} // namespace gatehouse::http
