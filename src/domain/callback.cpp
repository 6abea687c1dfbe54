// Checking a URL to come back to, by its bytes alone (security URL-03).
#include "domain/callback.h"

#include <algorithm>

namespace gatehouse::domain {
namespace {

bool has_origin(std::string_view url, std::string_view origin)
{
    if (origin.empty() || !url.starts_with(origin))
        return false;
    auto const rest = url.substr(origin.size());
    // What follows must end the authority: `https://us.example` is no prefix of `…example.evil`.
    return rest.empty() || rest.front() == '/' || rest.front() == '?' || rest.front() == '#';
}

std::string_view origin_of(std::string_view url)
{
    auto const scheme = url.find("://");
    if (scheme == std::string_view::npos)
        return {};
    return url.substr(0, url.find('/', scheme + 3));
}

} // namespace

bool callback_is_allowed(std::string_view url, Settings const& settings)
{
    // Browsers drop tabs and line ends and read a backslash as a slash: none of them may stand
    // here.
    auto const odd = [](char byte) {
        auto const value = static_cast<unsigned char>(byte);
        return value <= 0x20 || value >= 0x7F || byte == '\\' || byte == '"' || byte == '<'
            || byte == '>';
    };
    if (url.empty() || url.size() > 2000 || std::ranges::any_of(url, odd))
        return false;
    if (url.front() == '/')
        return !url.starts_with("//");
    if (has_origin(url, origin_of(settings.public_url)))
        return true;
    return std::ranges::any_of(settings.allowed_origins, [&](std::string const& origin) {
        return has_origin(url, origin);
    });
}

std::string with_parameter(std::string url, std::string_view name, std::string_view value)
{
    auto const fragment = url.find('#');
    auto tail = fragment == std::string::npos ? std::string() : url.substr(fragment);
    url.resize(std::min(fragment, url.size()));
    url += url.find('?') == std::string::npos ? '?' : '&';
    url += name;
    url += '=';
    url += value;
    return url + tail;
}

} // namespace gatehouse::domain
