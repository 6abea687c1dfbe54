// Text as mail carries it.
#include "protocols/mail_text/encoding.h"

#include "core/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace gatehouse::mail_text {
namespace {

constexpr std::size_t longest_body_line = 76;
constexpr std::size_t longest_header_line = 78;

bool is_control(char c)
{
    auto const byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

bool is_plain_ascii(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::string with_newlines_only(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r') {
            out += '\n';
            if (i + 1 < text.size() && text[i + 1] == '\n')
                ++i;
        } else {
            out += text[i];
        }
    }
    return out;
}

void append_body_line(std::string& out, std::string_view line)
{
    std::size_t column = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        auto const c = line[i];
        bool const blank_at_end = (c == ' ' || c == '\t') && i + 1 == line.size();
        // A leading dot is encoded, so that no relay can take it for the end of the message.
        bool const leading_dot = c == '.' && column == 0;
        bool const literal
            = (c == '\t' || (c >= 0x20 && c < 0x7f)) && c != '=' && !blank_at_end && !leading_dot;
        std::size_t const width = literal ? 1 : 3;
        if (column + width > longest_body_line - 1) { // one is kept for the soft break
            out += "=\r\n";
            column = 0;
            if (c == '.') {
                out += "=2E";
                column = 3;
                continue;
            }
        }
        if (literal)
            out += c;
        else
            out += fmt::format("={:02X}", static_cast<unsigned char>(c));
        column += width;
    }
}

// Words for lines of at most 76 characters, of which the first has `column` already (RFC 2047 2).
// Cuts at the edge of a code point: each encoded-word must be valid by itself (RFC 2047 5).
std::string encoded_words(std::string_view text, std::size_t column)
{
    constexpr std::string_view frame = "=?UTF-8?B?"
                                       "?="; // apart: together they spell a trigraph
    std::string out;
    while (!text.empty()) {
        auto const room = std::max(
            longest_body_line - std::min(column + frame.size(), longest_body_line), std::size_t{8}
        );
        auto length = std::min(room / 4 * 3, text.size());
        while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80)
            --length;
        if (!out.empty())
            out += "\r\n ";
        out += fmt::format("=?UTF-8?B?{}?=", to_base64(text.substr(0, length)));
        text.remove_prefix(length);
        column = 1;
    }
    return out;
}

bool can_stand_as_written(std::string_view value)
{
    if (!is_plain_ascii(value) || value.find("=?") != value.npos || value.find("  ") != value.npos)
        return false;
    if (value.starts_with(' ') || value.ends_with(' '))
        return false;
    std::size_t word = 0;
    for (auto const c : value) {
        word = c == ' ' ? 0 : word + 1;
        if (word >= longest_header_line - 1)
            return false;
    }
    return true;
}

} // namespace

bool is_header_safe(std::string_view value)
{
    return std::ranges::none_of(value, is_control) && is_valid_utf8(value);
}

std::string quoted_printable(std::string_view text)
{
    auto const lines = with_newlines_only(text);
    std::string out;
    std::string_view rest = lines;
    while (!rest.empty()) {
        auto const end = rest.find('\n');
        append_body_line(out, rest.substr(0, end));
        out += "\r\n";
        if (end == rest.npos)
            break;
        rest.remove_prefix(end + 1);
    }
    return out;
}

std::string unstructured_header(std::string_view name, std::string_view value)
{
    auto out = fmt::format("{}:", name);
    if (!can_stand_as_written(value))
        return fmt::format("{} {}\r\n", out, encoded_words(value, out.size() + 1));
    auto column = out.size();
    while (!value.empty()) {
        auto const word = value.substr(0, value.find(' '));
        if (column + 1 + word.size() > longest_header_line) {
            out += "\r\n";
            column = 0;
        }
        out += ' ';
        out += word;
        column += 1 + word.size();
        value.remove_prefix(std::min(value.size(), word.size() + 1));
    }
    return out + "\r\n";
}

std::string
mailbox_header(std::string_view name, std::string_view display, std::string_view address)
{
    if (display.empty())
        return fmt::format("{}: <{}>\r\n", name, address);
    constexpr std::size_t longest_quoted = 60;
    if (!is_plain_ascii(display) || display.size() > longest_quoted
        || display.find("=?") != display.npos)
        return fmt::format(
            "{}: {}\r\n <{}>\r\n", name, encoded_words(display, name.size() + 2), address
        );
    std::string quoted;
    for (auto const c : display) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        quoted += c;
    }
    return fmt::format("{}: \"{}\"\r\n <{}>\r\n", name, quoted, address);
}

std::string date_text(Instant at)
{
    using namespace std::chrono;
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    auto const moment = sys_seconds(seconds(at.seconds()));
    auto const midnight = floor<std::chrono::days>(moment);
    year_month_day const date(midnight);
    hh_mm_ss const time(moment - midnight);
    return fmt::format(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000",
        days[weekday(midnight).c_encoding()],
        static_cast<unsigned>(date.day()),
        months[static_cast<unsigned>(date.month()) - 1],
        static_cast<int>(date.year()),
        time.hours().count(),
        time.minutes().count(),
        time.seconds().count()
    );
}

} // namespace gatehouse::mail_text
