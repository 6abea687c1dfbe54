// Reading Cookie and writing Set-Cookie (RFC 6265).
#include "http/cookies.h"

#include "core/text.h"

#include <algorithm>
#include <stdexcept>

namespace gatehouse::http {

namespace {
constexpr char const* refresh_path = "/api/v1/auth";

// cookie-octet, RFC 6265 4.1.1
bool is_cookie_octet(char letter)
{
    return letter > 0x20 && letter < 0x7F && letter != '"' && letter != ',' && letter != ';'
        && letter != '\\';
}
} // namespace

Cookie session_cookie(SecretString const& token, std::chrono::seconds life)
{
    return {std::string(session_cookie_name), token.duplicate(), life, true, "/"};
}

Cookie cleared_session_cookie()
{
    return {std::string(session_cookie_name), SecretString(), std::chrono::seconds(0), true, "/"};
}

Cookie refresh_cookie(SecretString const& token, std::chrono::seconds life)
{
    return {std::string(refresh_cookie_name), token.duplicate(), life, true, refresh_path};
}

Cookie cleared_refresh_cookie()
{
    return {
        std::string(refresh_cookie_name),
        SecretString(),
        std::chrono::seconds(0),
        true,
        refresh_path
    };
}

std::string to_text(Cookie const& cookie)
{
    auto const value = cookie.value.reveal();
    if (!std::ranges::all_of(value, is_cookie_octet) || cookie.name.empty()
        || !std::ranges::all_of(cookie.name, is_cookie_octet)
        || cookie.name.find('=') != std::string::npos)
        throw std::invalid_argument("unusable bytes in the cookie " + cookie.name);
    auto text = cookie.name + "=";
    text += value;
    auto const age = "; Max-Age=" + std::to_string(cookie.max_age.count());
    if (value.empty())
        text += age; // a cleared cookie says so first (api §2)
    text += "; Path=" + cookie.path;
    if (cookie.http_only)
        text += "; HttpOnly";
    text += "; Secure; SameSite=Lax";
    if (!value.empty())
        text += age;
    return text;
}

std::optional<FoundCookie> find_cookie(Request const& request, std::string_view name)
{
    std::optional<FoundCookie> found;
    for (auto header : request.headers("cookie")) {
        while (!header.empty()) {
            auto const end = header.find(';');
            auto const pair = trimmed(header.substr(0, end));
            header = end == std::string_view::npos ? std::string_view() : header.substr(end + 1);
            auto const equals = pair.find('=');
            if (equals == std::string_view::npos || trimmed(pair.substr(0, equals)) != name)
                continue;
            if (found)
                found->ambiguous = true;
            else
                found = FoundCookie{trimmed(pair.substr(equals + 1))};
        }
    }
    return found;
}

} // namespace gatehouse::http
