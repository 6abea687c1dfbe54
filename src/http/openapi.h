// The routes as an OpenAPI 3.1 document.
#pragma once

#include "http/describe_schema.h"
#include "http/route.h"

#include <string>
#include <vector>

namespace gatehouse::http {

struct DescribedRoute {
    Route route;
    Shape shape;

    bool is_for_tests() const
    {
        auto const kind = route.access.kind();
        return kind == Access::Kind::testing || kind == Access::Kind::capture;
    }
};

struct ApiInfo {
    std::string version;
    std::string server_url;
};

// JSON, the paths in the order in which they are first declared.
std::string openapi_document(ApiInfo const& info, std::vector<DescribedRoute> const& routes);

} // namespace gatehouse::http
