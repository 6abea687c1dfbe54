// Reading the credential of a request.
#include "http/credentials.h"

#include "core/text.h"
#include "crypto/digest.h"
#include "http/cookies.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace gatehouse::http {

namespace {
// b64token, RFC 6750 2.1
constexpr std::array<bool, 256> token_letters = [] {
    std::array<bool, 256> table{};
    for (std::size_t byte = 0; byte < 256; ++byte) {
        auto const letter = static_cast<char>(byte);
        table[byte] = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z')
            || (letter >= '0' && letter <= '9')
            || std::string_view("-._~+/=").find(letter) != std::string_view::npos;
    }
    return table;
}();

bool is_token_text(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char letter) {
        return token_letters[static_cast<unsigned char>(letter)];
    });
}

Presented from_authorization(std::string_view value)
{
    constexpr std::string_view scheme = "bearer ";
    if (value.size() < scheme.size() || ascii_lower(value.substr(0, scheme.size())) != scheme)
        return {Presented::Kind::unusable, {}};
    auto token = value.substr(scheme.size());
    while (token.starts_with(' '))
        token.remove_prefix(1);
    if (!is_token_text(token))
        return {Presented::Kind::unusable, {}};
    return {Presented::Kind::bearer, token};
}
} // namespace

Presented presented_by(Request const& request)
{
    if (auto const authorization = request.header("authorization"))
        return from_authorization(*authorization);
    auto const cookie = find_cookie(request, session_cookie_name);
    if (!cookie)
        return {};
    if (cookie->ambiguous || !is_token_text(cookie->value))
        return {Presented::Kind::unusable, {}};
    return {Presented::Kind::cookie, cookie->value};
}

// The digests are compared, so that not even the length of the key shows in the time it takes.
bool presents_service_key(Request const& request, std::string const& key_digest)
{
    if (key_digest.empty())
        return false;
    auto const presented = presented_by(request);
    return presented.kind == Presented::Kind::bearer
        && crypto::equal_in_constant_time(crypto::sha256_hex(presented.token), key_digest);
}

} // namespace gatehouse::http
