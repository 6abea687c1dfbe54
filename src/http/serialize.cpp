// Writing answers.
#include "http/serialize.h"

#include <array>
#include <charconv>

namespace gatehouse::http {

namespace {
constexpr std::string_view default_caching = "Cache-Control: no-store\r\n";
constexpr std::string_view default_policy
    = "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";

void append_number(std::string& out, std::uint64_t number)
{
    std::array<char, 20> digits{};
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

// RFC 9110 8.6: these never have a length.
bool has_no_length(int status)
{
    return status == 204 || status == 304 || status < 200;
}
} // namespace

std::string http_date(Instant at)
{
    constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> months{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    std::chrono::sys_seconds const moment{std::chrono::seconds(at.seconds())};
    auto const day = std::chrono::floor<std::chrono::days>(moment);
    std::chrono::year_month_day const date{day};
    std::chrono::weekday const weekday{day};
    auto const iso = gatehouse::to_text(at); // 2026-11-22T07:05:09.123Z
    std::string text(days[weekday.c_encoding()]);
    text.append(", ").append(iso, 8, 2).append(" ");
    text.append(months[static_cast<unsigned>(date.month()) - 1]);
    text.append(" ").append(iso, 0, 4).append(" ").append(iso, 11, 8).append(" GMT");
    return text;
}

CommonFields::CommonFields(bool over_https)
    : fixed_("X-Content-Type-Options: nosniff\r\n"
             "X-Frame-Options: DENY\r\n"
             "Referrer-Policy: strict-origin-when-cross-origin\r\n"
             "Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=()\r\n")
{
    if (over_https)
        fixed_ += "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n";
}

std::string_view CommonFields::at(Instant now, Response const& response)
{
    if (now.seconds() != second_) {
        second_ = now.seconds();
        auto const always = "Date: " + http_date(now) + "\r\n" + fixed_;
        texts_
            = {always,
               always + std::string(default_caching),
               always + std::string(default_policy),
               always + std::string(default_caching) + std::string(default_policy)};
    }
    auto const caching = response.has_header("Cache-Control") ? 0U : 1U;
    auto const policy = response.has_header("Content-Security-Policy") ? 0U : 2U;
    return texts_[caching + policy];
}

void append_answer(
    std::string& out,
    Response const& response,
    std::string_view common_fields,
    std::string_view request_id,
    Framing framing
)
{
    out.append("HTTP/1.1 ");
    append_number(out, static_cast<std::uint64_t>(response.status));
    out.append(" ").append(reason_phrase(response.status)).append("\r\n");
    out.append(common_fields);
    out.append("X-Request-Id: ").append(request_id).append("\r\n");
    out.append(response.header_lines());
    if (!framing.keep_alive)
        out.append("Connection: close\r\n");
    else if (!framing.http_1_1)
        out.append("Connection: keep-alive\r\n");
    if (has_no_length(response.status)) {
        out.append("\r\n");
        return;
    }
    if (response.stream) { // HTTP/1.0 knows no chunks: there the end of the connection ends it
        out.append(framing.http_1_1 ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n");
        return;
    }
    out.append("Content-Length: ");
    append_number(out, response.body.size());
    out.append("\r\n\r\n");
    if (!framing.without_body)
        out.append(response.body);
}

void append_piece(std::string& out, std::string_view piece, bool is_last, bool http_1_1)
{
    if (!http_1_1) {
        out.append(piece);
        return;
    }
    if (!piece.empty()) { // an empty chunk would be the end
        std::array<char, 16> digits{};
        auto const end
            = std::to_chars(digits.data(), digits.data() + digits.size(), piece.size(), 16).ptr;
        out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
        out.append("\r\n").append(piece).append("\r\n");
    }
    if (is_last)
        out.append("0\r\n\r\n");
}

} // namespace gatehouse::http
