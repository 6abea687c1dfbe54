// The rules of the framing guard.
#include "http/guard.h"

#include "core/text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace gatehouse::http {

namespace {
constexpr Fault expectation_failed{
    417, "EXPECTATION_FAILED", "Expectation failed", "Only 100-continue can be expected."
};

// Fields whose second appearance would let two readers see two requests.
constexpr std::array<std::string_view, 10> single_fields{
    "authorization",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "origin",
    "sec-fetch-site",
    "transfer-encoding",
    "x-csrf-token"
};

enum Class : unsigned char { other = 0, token = 1, target = 2, host = 4 };

constexpr std::array<unsigned char, 256> classes = [] {
    std::array<unsigned char, 256> table{};
    constexpr std::string_view symbols = "!#$%&'*+-.^_`|~";
    constexpr std::string_view host_symbols = "-._~:[]%!$&'()*+;=";
    for (std::size_t byte = 0; byte < 256; ++byte) {
        auto const letter = static_cast<char>(byte);
        bool const alphanumeric = (letter >= 'a' && letter <= 'z')
            || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
        unsigned kinds = other;
        if (alphanumeric || symbols.find(letter) != std::string_view::npos)
            kinds |= token;
        if (alphanumeric || host_symbols.find(letter) != std::string_view::npos)
            kinds |= host; // RFC 9112 3.2: no user, no path
        if (byte > 0x20 && byte < 0x7F && letter != '#')
            kinds |= target;
        table[byte] = static_cast<unsigned char>(kinds);
    }
    return table;
}();

bool is(char letter, Class kind)
{
    return (classes[static_cast<unsigned char>(letter)] & static_cast<unsigned>(kind)) != 0;
}

bool all_are(std::string_view text, Class kind)
{
    for (char const letter : text)
        if (!is(letter, kind))
            return false;
    return true;
}

// Of a field: obs-text included, such a credential is 401, not 400 (D-45). The compiler makes
// vector instructions of this loop.
bool is_all_value(std::string_view text)
{
    unsigned char others = 0;
    for (char const letter : text) {
        auto const byte = static_cast<unsigned char>(letter);
        others |= static_cast<unsigned char>(((byte < 0x20) & (byte != '\t')) | (byte == 0x7f));
    }
    return others == 0;
}

bool is_sound_line(std::string_view line, bool first)
{
    if (first)
        return std::ranges::all_of(line, [](char letter) {
            return letter == ' ' || is(letter, target);
        });
    auto const colon = line.find(':');
    return colon != std::string_view::npos && colon > 0 // also refuses a folded line
        && all_are(line.substr(0, colon), token) && is_all_value(line.substr(colon + 1));
}
} // namespace

HeadFinder::Found HeadFinder::look(std::string_view bytes)
{
    if (!bytes.empty() && looked_at_ == 0 && !is(bytes.front(), token))
        return {0, malformed_request}; // not HTTP at all, a TLS greeting perhaps
    auto const searched = bytes.substr(0, head_limit);
    for (auto at = searched.find('\n', looked_at_); at != std::string_view::npos;
         at = searched.find('\n', at + 1)) {
        if (at == 0 || searched[at - 1] != '\r')
            return {0, malformed_request};
        if (at >= 3 && searched[at - 2] == '\n')
            return {at + 1, std::nullopt};
    }
    looked_at_ = searched.size();
    if (bytes.size() < head_limit)
        return {};
    bool const in_request_line = searched.find('\n') == std::string_view::npos;
    return {0, in_request_line ? malformed_request : head_too_large};
}

std::optional<Fault> check_head_bytes(std::string_view head)
{
    for (bool first = true; head != "\r\n"; first = false) {
        auto const end = head.find('\n');
        if (end == std::string_view::npos || end == 0 || head[end - 1] != '\r')
            return malformed_request;
        if (!is_sound_line(head.substr(0, end - 1), first))
            return malformed_request;
        head.remove_prefix(end + 1);
    }
    return std::nullopt;
}

std::optional<Fault> check_target(std::string_view method, std::string_view text)
{
    bool const is_origin_form = text.starts_with('/');
    bool const asks_the_server = text == "*" && method == "OPTIONS";
    if ((!is_origin_form && !asks_the_server) || !all_are(text, target))
        return malformed_request;
    return std::nullopt;
}

std::optional<Fault> FieldGuard::field(std::string_view name, std::string_view value)
{
    if (++count_ > header_count_limit)
        return head_too_large;
    for (std::size_t at = 0; at < single_fields.size(); ++at) {
        if (name.size() != single_fields[at].size() || !is_but_for_case(name, single_fields[at]))
            continue;
        auto const bit = 1U << at;
        if ((seen_singles_ & bit) != 0)
            return malformed_request;
        seen_singles_ |= bit;
        return single_field(single_fields[at], value);
    }
    return std::nullopt;
}

std::optional<Fault> FieldGuard::single_field(std::string_view name, std::string_view value)
{
    if (name == "content-length")
        return content_length_field(value);
    if (name == "transfer-encoding")
        return transfer_encoding_field(value);
    if (name == "host") {
        has_host_ = true;
        if (value.empty() || !all_are(value, host))
            return malformed_request;
    } else if (name == "expect") {
        expects_continue_ = is_but_for_case(value, "100-continue");
        expects_something_else_ = !expects_continue_;
    }
    return std::nullopt;
}

std::optional<Fault> FieldGuard::content_length_field(std::string_view value)
{
    std::uint64_t length = 0;
    auto const* const end = value.data() + value.size();
    bool const digits_only = !value.empty() && value.front() >= '0' && value.front() <= '9';
    auto const [stopped, error] = std::from_chars(value.data(), end, length);
    if (!digits_only || error != std::errc() || stopped != end)
        return malformed_request;
    content_length_ = length;
    return std::nullopt;
}

std::optional<Fault> FieldGuard::transfer_encoding_field(std::string_view value)
{
    if (!is_but_for_case(value, "chunked"))
        return malformed_request;
    chunked_ = true;
    return std::nullopt;
}

std::optional<Fault> FieldGuard::finish(bool http_1_1)
{
    if (chunked_ && (content_length_ || !http_1_1))
        return malformed_request;
    if (http_1_1 && !has_host_)
        return malformed_request;
    if (http_1_1 && expects_something_else_)
        return expectation_failed;
    expects_continue_ = expects_continue_ && http_1_1;
    return std::nullopt;
}

} // namespace gatehouse::http
