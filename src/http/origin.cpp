// Same-site proof for requests that a browser may have been tricked into.
#include "http/origin.h"

#include "core/text.h"
#include "http/cookies.h"

#include <algorithm>

namespace gatehouse::http {

namespace {
bool repeats_csrf_cookie(Request const& request)
{
    auto const cookie = find_cookie(request, csrf_cookie_name);
    auto const header = request.header("x-csrf-token");
    return cookie && header && !cookie->ambiguous && !cookie->value.empty()
        && cookie->value == *header;
}
} // namespace

std::string origin_of(std::string_view url)
{
    auto const scheme_end = url.find("://");
    if (scheme_end == std::string_view::npos)
        return {};
    auto const host_end = url.find_first_of("/?#", scheme_end + 3);
    auto origin = ascii_lower(url.substr(0, host_end));
    for (std::string_view const scheme_and_port : {"http :80", "https :443"}) {
        auto const blank = scheme_and_port.find(' ');
        auto const port = scheme_and_port.substr(blank + 1);
        if (origin.starts_with(std::string(scheme_and_port.substr(0, blank)) + "://")
            && origin.ends_with(port))
            origin.resize(origin.size() - port.size());
    }
    return origin;
}

Origins::Origins(std::string_view public_url, std::vector<std::string> const& allowed)
    : own_(origin_of(public_url))
{
    for (auto const& origin : allowed)
        if (auto one = origin_of(origin); !one.empty())
            allowed_.push_back(std::move(one));
}

bool Origins::may_read_answers(std::string_view origin) const
{
    return std::ranges::find(allowed_, origin) != allowed_.end();
}

bool Origins::knows(std::string_view origin) const
{
    return (!own_.empty() && origin == own_) || may_read_answers(origin);
}

bool Origins::is_foreign(Request const& request) const
{
    auto const origin = request.header("origin");
    return origin && !knows(*origin);
}

bool Origins::proves_same_site(Request const& request) const
{
    if (request.header("origin"))
        return !is_foreign(request);
    if (request.header("sec-fetch-site") == "same-origin")
        return true;
    return repeats_csrf_cookie(request);
}

} // namespace gatehouse::http
