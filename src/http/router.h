// Which endpoint answers a path and a method.
#pragma once

#include "http/endpoint.h"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gatehouse::http {

class Router {
public:
    // Throws std::logic_error when two endpoints share a method and a path, or a path is malformed.
    explicit Router(std::vector<Endpoint> endpoints);

    struct Match {
        bool path_is_known = false;
        Endpoint const* endpoint = nullptr; // null: the path does not have this method
        std::vector<std::pair<std::string_view, std::string>> parameters;
        std::string_view allow; // the methods that the path has, as `Allow` lists them
    };
    // HEAD is answered by GET. Literal segments win over parameters (decisions D-7).
    Match find(Method method, bool method_is_known, std::string_view path) const;

    std::vector<Endpoint> const& endpoints() const { return endpoints_; }

private:
    struct Path {
        std::vector<std::string> segments; // a parameter begins with `:`
        std::array<Endpoint const*, 7> by_method{};
        std::string allow;
    };
    static bool shape_is_equal(Path const& one, std::vector<std::string> const& segments);
    Path const* find_path(std::vector<std::string> const& segments) const;
    static void pick(Match& into, Path const& path, Method method, bool method_is_known);

    std::vector<Endpoint> endpoints_;
    std::vector<std::unique_ptr<Path>> paths_;
    std::unordered_map<std::string_view, Path const*> literal_paths_;
};

} // namespace gatehouse::http
