// The routes of one type of resource, which come into being with its declaration.
#pragma once

#include "http/route.h"
#include "policy/resource_types.h"

#include <string>

namespace gatehouse::resources {

// Routes point into the texts: keep them for as long as there are endpoints.
struct RouteTexts {
    explicit RouteTexts(policy::ResourceType const& type);

    std::string collection; // /api/clients
    std::string one; // /api/clients/:id
    std::string of_organization; // /api/organizations/:id/clients
    std::string tag;
    std::string list;
    std::string list_of_organization;
    std::string create;
    std::string read;
    std::string change;
    std::string remove;
};

http::Route list_route(RouteTexts const& texts);
http::Route list_of_organization_route(RouteTexts const& texts);
http::Route create_route(RouteTexts const& texts);
http::Route read_route(RouteTexts const& texts);
http::Route change_route(RouteTexts const& texts);
http::Route remove_route(RouteTexts const& texts);

} // namespace gatehouse::resources
