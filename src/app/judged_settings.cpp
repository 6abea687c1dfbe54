// Letters and lengths.
#include "app/judged_settings.h"

#include <algorithm>

namespace gatehouse::app {
namespace {

// What may stand behind `Bearer` (RFC 6750 2.1).
constexpr char const* token_letters
    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=";

} // namespace

bool is_plain_url(std::string_view url)
{
    url.remove_prefix(url.find("://") + 3);
    auto const path = std::min(url.find('/'), url.size());
    auto const host = url.substr(0, path);
    auto const is_in = [](std::string_view allowed) {
        return [allowed](char letter) {
            return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z')
                || (letter >= '0' && letter <= '9') || allowed.find(letter) != allowed.npos;
        };
    };
    auto const colon = host.starts_with('[') ? host.find("]:") : host.find(':');
    auto const port = colon == host.npos ? std::string_view()
                                         : host.substr(colon + (host.starts_with('[') ? 2 : 1));
    bool const port_is_number = colon == host.npos
        || (!port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == port.npos);
    bool const has_name = !host.empty() && colon != 0;
    return has_name && port_is_number && std::ranges::all_of(host, is_in("-._:[]"))
        && std::ranges::all_of(url.substr(path), is_in("-._~/%"));
}

bool is_loopback(std::string_view host)
{
    bool const is_number = host.find_first_not_of("0123456789.") == host.npos;
    return host == "::1" || host == "localhost" || (is_number && host.starts_with("127."));
}

std::string problem_of_service_key(std::string const& key)
{
    if (key.size() < 32)
        return "must have at least 32 bytes; make one with: openssl rand -hex 32";
    if (key.find_first_not_of(token_letters) != std::string::npos)
        return "must be of letters, digits and -._~+/= alone";
    return "";
}

} // namespace gatehouse::app
