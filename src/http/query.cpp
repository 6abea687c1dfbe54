// Percent-encoding (RFC 3986 2.1) and query strings.
#include "http/query.h"

#include "core/text.h"

#include <algorithm>
#include <charconv>

namespace gatehouse::http {

namespace {

constexpr std::size_t most_parameters = 64;
int hex_digit(char letter)
{
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    if (letter >= 'a' && letter <= 'f')
        return letter - 'a' + 10;
    if (letter >= 'A' && letter <= 'F')
        return letter - 'A' + 10;
    return -1;
}

bool is_unreserved(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z')
        || (letter >= '0' && letter <= '9') || letter == '-' || letter == '.' || letter == '_'
        || letter == '~';
}

std::optional<std::string> decoded_parameter(std::string_view text)
{
    std::string blanks(text);
    std::ranges::replace(blanks, '+', ' ');
    return percent_decoded(blanks);
}
} // namespace

std::optional<std::string> percent_decoded(std::string_view text)
{
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            decoded += text[at];
            continue;
        }
        if (at + 2 >= text.size())
            return std::nullopt;
        auto const high = hex_digit(text[at + 1]);
        auto const low = hex_digit(text[at + 2]);
        if (high < 0 || low < 0)
            return std::nullopt;
        decoded += static_cast<char>(high * 16 + low);
        at += 2;
    }
    if (decoded.find('\0') != std::string::npos || !is_valid_utf8(decoded))
        return std::nullopt;
    return decoded;
}

std::string percent_encoded(std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (char const letter : text) {
        if (is_unreserved(letter)) {
            encoded += letter;
            continue;
        }
        auto const byte = static_cast<unsigned char>(letter);
        encoded += '%';
        encoded += digits[byte >> 4U];
        encoded += digits[byte & 0xFU];
    }
    return encoded;
}

std::optional<Parameters> parse_query(std::string_view query)
{
    Parameters parameters;
    while (!query.empty()) {
        auto const end = query.find('&');
        auto const pair = query.substr(0, end);
        query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
        if (pair.empty())
            continue;
        auto const equals = pair.find('=');
        auto name = decoded_parameter(pair.substr(0, equals));
        auto value = decoded_parameter(
            equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1)
        );
        if (!name || !value)
            return std::nullopt;
        if (parameters.size() == most_parameters)
            return std::nullopt;
        for (auto const& [known, ignored] : parameters)
            if (known == *name)
                return std::nullopt;
        parameters.emplace_back(std::move(*name), std::move(*value));
    }
    return parameters;
}

std::optional<std::int64_t> parse_whole_number(std::string_view text)
{
    std::int64_t number = 0;
    auto const* const end = text.data() + text.size();
    auto const [stopped, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stopped != end || std::to_string(number) != text)
        return std::nullopt;
    return number;
}

std::optional<std::vector<std::string>> path_segments(std::string_view path)
{
    if (path.empty() || path.front() != '/')
        return std::nullopt;
    std::vector<std::string> segments;
    while (!path.empty()) {
        path.remove_prefix(1);
        auto const end = path.find('/');
        auto segment = percent_decoded(path.substr(0, end));
        if (!segment)
            return std::nullopt;
        segments.push_back(std::move(*segment));
        path = end == std::string_view::npos ? std::string_view() : path.substr(end);
    }
    return segments;
}

} // namespace gatehouse::http
