// Reading flat objects.
#include "sealing/canonical.h"

#include "core/text.h"
#include "sealing/json_letters.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace gatehouse::sealing {
namespace {
using detail::Escape;
using detail::escapes;
using detail::is_all_plain;
using detail::is_plain;

// Of each character, what it is as a digit of lower-case hex; more than 15: none.
constexpr std::uint8_t no_digit = 0xF0;
constexpr auto digit_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (std::uint8_t digit = 0; digit < 16; ++digit)
        values[static_cast<unsigned char>("0123456789abcdef"[digit])] = digit;
    return values;
}();

} // namespace

void CanonicalReader::fail()
{
    failed_ = true;
    rest_ = {};
}

void CanonicalReader::expect(std::string_view text)
{
    if (rest_.starts_with(text))
        rest_.remove_prefix(text.size());
    else
        fail();
}

bool CanonicalReader::is_next(std::string_view name)
{
    std::size_t const begin = is_first_ ? 0 : 1; // behind a comma
    auto const end = begin + name.size() + 3;
    if (rest_.size() < end || (!is_first_ && rest_[0] != ',') || rest_[begin] != '"'
        || rest_[end - 2] != '"' || rest_[end - 1] != ':'
        || rest_.substr(begin + 1, name.size()) != name)
        return false;
    rest_.remove_prefix(end);
    is_first_ = false;
    return true;
}

void CanonicalReader::member(std::string_view name)
{
    if (!is_next(name))
        fail();
}

// The letter behind a backslash, as what it stands for.
char CanonicalReader::escaped()
{
    auto const letter = rest_.empty() ? '\0' : rest_.front();
    if (letter == 'u') {
        auto const code = rest_.size() < 5 ? std::nullopt : from_hex(rest_.substr(1, 4));
        auto const value = code && code->front() == 0 ? (*code)[1] : ' ';
        bool const is_lower = code && to_hex(*code) == rest_.substr(1, 4);
        bool const needs_it = static_cast<unsigned char>(value) < ' '
            && std::ranges::find(escapes, value, &Escape::character) == escapes.end();
        if (is_lower && needs_it) {
            rest_.remove_prefix(5);
            return value;
        }
    } else if (auto const known = std::ranges::find(escapes, letter, &Escape::letter);
               known != escapes.end()) {
        rest_.remove_prefix(1);
        return known->character;
    }
    fail();
    return '\0';
}

void CanonicalReader::string(std::string& into)
{
    expect("\"");
    // Nearly every string ends at its first quote.
    if (auto const whole = rest_.substr(0, rest_.find('"'));
        whole.size() < rest_.size() && is_all_plain(whole)) {
        into = whole;
        rest_.remove_prefix(whole.size() + 1);
        return;
    }
    into.clear();
    while (!failed_) {
        auto const end = std::ranges::find_if_not(rest_, is_plain);
        auto const plain = static_cast<std::size_t>(end - rest_.begin());
        into += rest_.substr(0, plain);
        rest_.remove_prefix(plain);
        if (begins("\"")) {
            rest_.remove_prefix(1);
            return;
        }
        expect("\\");
        if (!failed_)
            into += escaped();
    }
}

std::int64_t CanonicalReader::digits()
{
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    auto const length = static_cast<std::size_t>(end - rest_.data());
    auto const unsigned_part = rest_.substr(begins("-") ? 1 : 0, length);
    bool const is_odd = unsigned_part.starts_with('0') && rest_.substr(0, length) != "0";
    if (error != std::errc() || is_odd) {
        fail();
        return 0;
    }
    rest_.remove_prefix(length);
    return value;
}

void CanonicalReader::hex_digits(std::size_t bytes, std::string& into)
{
    auto const length = 2 * bytes + 2; // and the quotes
    if (failed_ || rest_.size() < length || rest_[0] != '"' || rest_[length - 1] != '"')
        return fail();
    into.resize(bytes);
    unsigned seen = 0; // whether any letter was no digit
    for (std::size_t at = 0; at < bytes; ++at) {
        unsigned const high = digit_values[static_cast<unsigned char>(rest_[2 * at + 1])];
        unsigned const low = digit_values[static_cast<unsigned char>(rest_[2 * at + 2])];
        seen |= high | low;
        into[at] = static_cast<char>(high << 4U | low);
    }
    if (seen >= no_digit)
        return fail();
    rest_.remove_prefix(length);
}

void CanonicalReader::text(std::string_view name, std::string& into)
{
    member(name);
    string(into);
}

std::string CanonicalReader::text(std::string_view name)
{
    std::string read;
    text(name, read);
    return read;
}

void CanonicalReader::optional_text(std::string_view name, std::optional<std::string>& into)
{
    if (failed_ || !is_next(name))
        return into.reset();
    if (!into)
        into.emplace();
    string(*into);
}

std::int64_t CanonicalReader::number(std::string_view name)
{
    member(name);
    return failed_ ? 0 : digits();
}

std::optional<std::int64_t> CanonicalReader::optional_number(std::string_view name)
{
    if (failed_ || !is_next(name))
        return std::nullopt;
    return digits();
}

void CanonicalReader::hex(std::string_view name, std::size_t bytes, std::string& into)
{
    member(name);
    hex_digits(bytes, into);
}

std::string CanonicalReader::hex(std::string_view name, std::size_t bytes)
{
    std::string read;
    hex(name, bytes, read);
    return read;
}

void CanonicalReader::optional_hex(
    std::string_view name, std::size_t bytes, std::optional<std::string>& into
)
{
    if (failed_ || !is_next(name))
        return into.reset();
    if (!into)
        into.emplace();
    hex_digits(bytes, *into);
}

} // namespace gatehouse::sealing
