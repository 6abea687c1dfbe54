// Matching paths: whole literal ones by hash, the others segment by segment.
#include "http/router.h"

#include "http/query.h"

#include <algorithm>
#include <stdexcept>

namespace gatehouse::http {

namespace {
bool is_parameter(std::string_view segment)
{
    return segment.starts_with(':');
}

std::vector<std::string> pattern_segments(std::string_view path)
{
    auto segments = path_segments(path);
    if (!segments)
        throw std::logic_error("a route with the malformed path " + std::string(path));
    return std::move(*segments);
}

bool fits(std::vector<std::string> const& pattern, std::vector<std::string> const& segments)
{
    return std::ranges::equal(pattern, segments, [](auto const& expected, auto const& sent) {
        return is_parameter(expected) ? !sent.empty() : expected == sent;
    });
}

// `/users/me` is, compared with `/users/:id`.
bool is_more_literal(std::vector<std::string> const& one, std::vector<std::string> const& other)
{
    for (std::size_t at = 0; at < std::min(one.size(), other.size()); ++at)
        if (is_parameter(one[at]) != is_parameter(other[at]))
            return is_parameter(other[at]);
    return false;
}
} // namespace

bool Router::shape_is_equal(Path const& one, std::vector<std::string> const& segments)
{
    return std::ranges::equal(one.segments, segments, [](auto const& a, auto const& b) {
        return is_parameter(a) ? is_parameter(b) : a == b;
    });
}

Router::Router(std::vector<Endpoint> endpoints)
    : endpoints_(std::move(endpoints))
{
    for (auto const& endpoint : endpoints_) {
        auto segments = pattern_segments(endpoint.route.path);
        auto known = std::ranges::find_if(paths_, [&](auto const& path) {
            return shape_is_equal(*path, segments);
        });
        if (known == paths_.end()) {
            paths_.push_back(std::make_unique<Path>());
            known = paths_.end() - 1;
            (*known)->segments = std::move(segments);
        }
        auto& slot = (*known)->by_method[static_cast<std::size_t>(endpoint.route.method)];
        if (slot)
            throw std::logic_error("declared twice: " + std::string(endpoint.route.path));
        slot = &endpoint;
    }
    for (auto const& path : paths_) {
        for (auto const method :
             {Method::get,
              Method::head,
              Method::post,
              Method::put,
              Method::patch,
              Method::remove,
              Method::options}) {
            bool const is_there = path->by_method[static_cast<std::size_t>(method)]
                || method == Method::options || (method == Method::head && path->by_method[0]);
            if (is_there)
                path->allow += (path->allow.empty() ? "" : ", ") + std::string(to_text(method));
        }
        if (std::ranges::none_of(path->segments, is_parameter))
            for (auto const* const endpoint : path->by_method)
                if (endpoint)
                    literal_paths_[endpoint->route.path] = path.get();
    }
}

Router::Path const* Router::find_path(std::vector<std::string> const& segments) const
{
    Path const* best = nullptr;
    for (auto const& path : paths_)
        if (fits(path->segments, segments)
            && (!best || is_more_literal(path->segments, best->segments)))
            best = path.get();
    return best;
}

void Router::pick(Match& into, Path const& path, Method method, bool method_is_known)
{
    into.path_is_known = true;
    into.allow = path.allow;
    if (!method_is_known)
        return;
    into.endpoint = path.by_method[static_cast<std::size_t>(method)];
    if (!into.endpoint && method == Method::head)
        into.endpoint = path.by_method[static_cast<std::size_t>(Method::get)];
}

Router::Match Router::find(Method method, bool method_is_known, std::string_view path) const
{
    Match match;
    if (auto const literal = literal_paths_.find(path); literal != literal_paths_.end()) {
        pick(match, *literal->second, method, method_is_known);
        return match;
    }
    auto segments = path_segments(path);
    auto const* const found = segments ? find_path(*segments) : nullptr;
    if (!found)
        return match;
    pick(match, *found, method, method_is_known);
    if (match.endpoint) {
        // The names as this endpoint's own path spells them, which may differ between methods.
        std::string_view pattern = match.endpoint->route.path;
        for (auto& segment : *segments) {
            pattern.remove_prefix(1);
            auto const name = pattern.substr(0, pattern.find('/'));
            if (is_parameter(name))
                match.parameters.emplace_back(name.substr(1), std::move(segment));
            pattern.remove_prefix(name.size());
        }
    }
    return match;
}

} // namespace gatehouse::http
