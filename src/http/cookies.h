// Cookies in and out: one constant names the session cookie for the mint and for the reader.
#pragma once

#include "core/secret.h"
#include "http/request.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::http {

inline constexpr std::string_view session_cookie_name = "token";
inline constexpr std::string_view csrf_cookie_name = "csrf";
inline constexpr std::string_view refresh_cookie_name = "refresh_token";

// Always Secure, SameSite=Lax and without Domain (api §2).
struct Cookie {
    std::string name;
    SecretString value;
    std::chrono::seconds max_age{0};
    bool http_only = true;
    std::string path = "/";
};

Cookie session_cookie(SecretString const& token, std::chrono::seconds life);
Cookie cleared_session_cookie();

// For clients that keep no tokens themselves; sent to the account surface's sign-in routes alone.
Cookie refresh_cookie(SecretString const& token, std::chrono::seconds life);
Cookie cleared_refresh_cookie();

// The text of Set-Cookie. Throws std::invalid_argument for bytes that RFC 6265 4.1.1 forbids.
std::string to_text(Cookie const& cookie);

struct FoundCookie {
    std::string_view value;
    bool ambiguous = false; // sent more than once: somebody may have planted one (RFC 6265 8.6)
};
std::optional<FoundCookie> find_cookie(Request const& request, std::string_view name);

} // namespace gatehouse::http
