// Writing JSON: for the wire, and in the one form that is hashed and signed (RFC 8785).
#include "core/json.h"

#include "core/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace gatehouse::json {
namespace {

void append_code_unit(std::string& into, unsigned unit)
{
    constexpr std::string_view digits = "0123456789abcdef";
    into += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4)
        into += digits[unit >> shift & 15];
}

// The two-character escapes and \u00xx below U+0020, as RFC 8785 3.2.2.2 wants them.
void append_required_escape(std::string& into, char c)
{
    switch (c) {
    case '"':
        into += "\\\"";
        break;
    case '\\':
        into += "\\\\";
        break;
    case '\b':
        into += "\\b";
        break;
    case '\f':
        into += "\\f";
        break;
    case '\n':
        into += "\\n";
        break;
    case '\r':
        into += "\\r";
        break;
    case '\t':
        into += "\\t";
        break;
    default:
        append_code_unit(into, static_cast<unsigned char>(c));
    }
}

bool needs_escape(char c)
{
    return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

// ASCII that append_escaped() need not look at twice: nearly everything that is ever written.
constexpr std::array<bool, 256> goes_as_it_is = [] {
    std::array<bool, 256> table{};
    for (std::size_t c = 0x20; c < 0x7f; ++c)
        table[c] = c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
    return table;
}();

// How much of it, from the front, goes as it is. Whole blocks are compared at once (the compiler
// makes vector instructions of that loop), what is left byte by byte.
std::size_t plain_length(std::string_view text)
{
    constexpr std::size_t block = 16;
    std::size_t at = 0;
    for (; at + block <= text.size(); at += block) {
        auto const* const bytes = text.data() + at;
        unsigned char others = 0;
        for (std::size_t n = 0; n < block; ++n) {
            auto const c = static_cast<unsigned char>(bytes[n]);
            others |= static_cast<unsigned char>(
                (c < 0x20) | (c > 0x7e) | (c == '"') | (c == '\\') | (c == '<') | (c == '>')
                | (c == '&')
            );
        }
        if (others != 0)
            break;
    }
    while (at < text.size() && goes_as_it_is[static_cast<unsigned char>(text[at])])
        ++at;
    return at;
}

void append_plain(std::string& into, std::string_view text)
{
    into += '"';
    auto const plain = plain_length(text);
    into.append(text.substr(0, plain));
    for (char const c : text.substr(plain))
        if (needs_escape(c))
            append_required_escape(into, c);
        else
            into += c;
    into += '"';
}

// UTF-8 sorts by code point. UTF-16 differs in one thing: the surrogates of U+10000 and above come
// before U+E000 to U+FFFF, whose UTF-8 begins with EE or EF.
bool is_before_in_utf16(std::string_view left, std::string_view right)
{
    auto const [l, r] = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
    if (l == left.end() || r == right.end())
        return l == left.end() && r != right.end();
    auto const a = static_cast<unsigned char>(*l);
    auto const b = static_cast<unsigned char>(*r);
    if (a >= 0xee && b >= 0xee && (a >= 0xf0) != (b >= 0xf0))
        return a >= 0xf0;
    return a < b;
}

using AppendText = void (*)(std::string&, std::string_view);

// The parts that both forms share; `sorted` is the only difference beside the strings.
void append(std::string& into, Value const& value, AppendText append_text, bool sorted)
{
    if (auto const* const boolean = value.boolean()) {
        into += *boolean ? "true" : "false";
    } else if (auto const* const integer = value.integer()) {
        into += std::to_string(*integer);
    } else if (auto const* const number = value.number()) {
        append_number(into, *number);
    } else if (auto const* const text = value.text()) {
        append_text(into, *text);
    } else if (auto const* const array = value.array()) {
        into += '[';
        for (auto const& element : *array) {
            if (&element != array->data())
                into += ',';
            append(into, element, append_text, sorted);
        }
        into += ']';
    } else if (auto const* const object = value.object()) {
        std::vector<Member const*> members;
        for (auto const& member : *object)
            members.push_back(&member);
        if (sorted)
            std::sort(members.begin(), members.end(), [](auto const* left, auto const* right) {
                return is_before_in_utf16(left->name, right->name);
            });
        into += '{';
        for (auto const* const member : members) {
            if (member != members.front())
                into += ',';
            append_text(into, member->name);
            into += ':';
            append(into, member->value, append_text, sorted);
        }
        into += '}';
    } else {
        into += "null";
    }
}

} // namespace

void append_escaped(std::string& into, std::string_view text)
{
    into += '"';
    while (!text.empty()) {
        auto const plain = plain_length(text);
        into.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty())
            break;
        char const c = text.front();
        auto const length = utf8_sequence_length(text);
        auto const sequence = text.substr(0, length);
        if (needs_escape(c))
            append_required_escape(into, c);
        else if (c == '<' || c == '>' || c == '&')
            append_code_unit(into, static_cast<unsigned char>(c));
        else if (length == 0)
            append_code_unit(into, 0xfffd);
        else if (sequence == "\u2028" || sequence == "\u2029")
            append_code_unit(into, sequence == "\u2028" ? 0x2028 : 0x2029);
        else
            into += sequence;
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    into += '"';
}

void append_integer(std::string& into, std::int64_t number)
{
    std::array<char, 20> digits; // of the longest, with its sign
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    into.append(digits.data(), end);
}

// ECMAScript's Number::toString: `digits` × 10^(exponent - count of digits).
void append_number(std::string& into, double number)
{
    if (!std::isfinite(number))
        throw std::invalid_argument("JSON has no number for NaN or infinity");
    if (number == 0) {
        into += '0';
        return;
    }
    std::array<char, 40> buffer;
    auto const written = std::to_chars(
        buffer.data(),
        buffer.data() + buffer.size(),
        std::abs(number),
        std::chars_format::scientific
    );
    std::string_view const text(buffer.data(), written.ptr);
    auto const mark = text.find('e');
    std::string digits(1, text.front());
    if (mark > 2)
        digits += text.substr(2, mark - 2);
    int const exponent = std::stoi(std::string(text.substr(mark + 1))) + 1;
    int const count = static_cast<int>(digits.size());

    if (number < 0)
        into += '-';
    if (exponent > 21 || exponent <= -6) {
        into += digits.front();
        if (count > 1)
            into.append(1, '.').append(digits, 1);
        into.append(exponent > 0 ? "e+" : "e-").append(std::to_string(std::abs(exponent - 1)));
    } else if (exponent <= 0) {
        into.append("0.").append(static_cast<std::size_t>(-exponent), '0').append(digits);
    } else if (exponent >= count) {
        into.append(digits).append(static_cast<std::size_t>(exponent - count), '0');
    } else {
        auto const whole = static_cast<std::size_t>(exponent);
        into.append(digits, 0, whole).append(1, '.').append(digits, whole);
    }
}

std::string to_text(Value const& value)
{
    std::string text;
    append(text, value, append_escaped, false);
    return text;
}

std::string canonical(Value const& value)
{
    std::string text;
    append(text, value, append_plain, true);
    return text;
}

} // namespace gatehouse::json
