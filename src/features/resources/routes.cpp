// What the routes of every type declare alike.
#include "features/resources/routes.h"

namespace gatehouse::resources {
namespace {

// `ai-agent` is `AiAgent`.
std::string in_camel_case(std::string_view name)
{
    std::string text;
    bool begins = true;
    for (auto const letter : name) {
        bool const separates = letter == '-' || letter == '_';
        bool const is_small = letter >= 'a' && letter <= 'z';
        if (!separates)
            text += begins && is_small ? static_cast<char>(letter - 'a' + 'A') : letter;
        begins = separates;
    }
    return text;
}

} // namespace

RouteTexts::RouteTexts(policy::ResourceType const& type)
    : collection("/api/" + type.collection)
    , one(collection + "/:id")
    , of_organization("/api/organizations/:id/" + type.collection)
    , tag(type.collection)
    , list("list" + in_camel_case(type.collection))
    , list_of_organization(list + "OfOrganization")
    , create("create" + in_camel_case(type.name))
    , read("read" + in_camel_case(type.name))
    , change("change" + in_camel_case(type.name))
    , remove("delete" + in_camel_case(type.name))
{
}

http::Route list_route(RouteTexts const& texts)
{
    return {
        .method = http::Method::get,
        .path = texts.collection,
        .operation = texts.list,
        .summary = "List them all, or in pages; with a cell `a` those that are assigned",
        .tag = texts.tag,
        .access = http::Access::session(),
        .audit = http::Audit::none("reads only"),
        .surface = http::Surface::organization,
        .answers = "200 400 401 403 429 503",
    };
}

http::Route list_of_organization_route(RouteTexts const& texts)
{
    return {
        .method = http::Method::get,
        .path = texts.of_organization,
        .operation = texts.list_of_organization,
        .summary = "The same list, by the organization's id",
        .tag = texts.tag,
        .access = http::Access::session(),
        .audit = http::Audit::none("reads only"),
        .surface = http::Surface::organization,
        .answers = "200 400 401 403 404 429 503",
    };
}

http::Route create_route(RouteTexts const& texts)
{
    return {
        .method = http::Method::post,
        .path = texts.collection,
        .operation = texts.create,
        .summary = "Create one; whoever creates it is assigned to it",
        .tag = texts.tag,
        .access = http::Access::session(),
        .audit = http::Audit::records("RESOURCE_CREATED"),
        .surface = http::Surface::organization,
        .answers = "201 400 401 403 404 413 415 429 503",
    };
}

http::Route read_route(RouteTexts const& texts)
{
    return {
        .method = http::Method::get,
        .path = texts.one,
        .operation = texts.read,
        .summary = "Show one",
        .tag = texts.tag,
        .access = http::Access::session(),
        .audit = http::Audit::none("reads only"),
        .surface = http::Surface::organization,
        .answers = "200 401 403 404 429 503",
        .versioned = true,
    };
}

http::Route change_route(RouteTexts const& texts)
{
    return {
        .method = http::Method::patch,
        .path = texts.one,
        .operation = texts.change,
        .summary = "Change what is named, the rest stays; null empties",
        .tag = texts.tag,
        .access = http::Access::session(),
        .audit = http::Audit::records("RESOURCE_UPDATED"),
        .surface = http::Surface::organization,
        .answers = "200 400 401 403 404 412 413 415 429 503",
        .versioned = true,
    };
}

http::Route remove_route(RouteTexts const& texts)
{
    return {
        .method = http::Method::remove,
        .path = texts.one,
        .operation = texts.remove,
        .summary = "Delete one, with its assignments",
        .tag = texts.tag,
        .access = http::Access::session(),
        .audit = http::Audit::records("RESOURCE_DELETED"),
        .surface = http::Surface::organization,
        .answers = "204 401 403 404 429 503",
    };
}

} // namespace gatehouse::resources
