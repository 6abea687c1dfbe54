// The Key URI format.
#include "protocols/one_time_codes/key_uri.h"

#include "protocols/one_time_codes/totp.h"

namespace gatehouse::one_time_codes {
namespace {

bool is_unreserved(char character) // RFC 3986 2.3
{
    return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z')
        || (character >= '0' && character <= '9')
        || std::string_view("-._~").find(character) != std::string_view::npos;
}

std::string percent_encoded(std::string_view text)
{
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string encoded;
    for (auto const character : text) {
        auto const byte = static_cast<unsigned char>(character);
        if (is_unreserved(character))
            encoded += character;
        else if (character != ':')
            encoded.append(1, '%').append(1, hex[byte >> 4]).append(1, hex[byte & 15]);
    }
    return encoded;
}

} // namespace

SecretString
key_uri(std::string_view issuer, std::string_view account, SecretString const& base32_secret)
{
    auto const name = percent_encoded(issuer);
    auto const person = percent_encoded(account);
    std::string uri;
    uri.reserve(2 * name.size() + person.size() + base32_secret.size() + 100);
    uri.append("otpauth://totp/").append(name).append(":").append(person);
    uri.append("?secret=").append(base32_secret.reveal()).append("&issuer=").append(name);
    uri.append("&algorithm=SHA1&digits=").append(std::to_string(digits));
    uri.append("&period=").append(std::to_string(step_seconds));
    return SecretString(std::move(uri));
}

std::string issuer_of(std::string_view public_url)
{
    if (auto const scheme = public_url.find("://"); scheme != std::string_view::npos)
        public_url.remove_prefix(scheme + 3);
    auto const host = public_url.substr(0, public_url.find_first_of("/:?#"));
    // An IPv6 address in brackets ends at its first colon: no name to show anybody.
    return host.empty() || host.starts_with('[') ? "gatehouse" : std::string(host);
}

} // namespace gatehouse::one_time_codes
