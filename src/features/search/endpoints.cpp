// One look into everything that the caller may see anyway; what they may not see is not there.
#include "features/search/endpoints.h"

#include "core/text.h"
#include "domain/access.h"
#include "domain/members.h"
#include "domain/resource_access.h"
#include "domain/resources.h"
#include "features/search/messages.h"

#include <algorithm>
#include <utility>

namespace gatehouse::search {
namespace {
using domain::Caller;
using domain::Cell;
using domain::invalid_field;
using domain::MemberFilter;
using domain::MemberSort;
using domain::MemberWindow;
using domain::Permission;
using domain::Resource;
using domain::ResourceFilter;
using domain::ResourceSort;
using domain::ResourceWindow;
using domain::UnitOfWork;
using domain::User;
using http::Context;
using http::RawJson;

constexpr std::int64_t most_of_a_kind = 20;
constexpr std::size_t longest_query = 200; // code points

constexpr http::Route search_route{
    .method = http::Method::get,
    .path = "/api/search",
    .operation = "search",
    .summary
    = "Find people and resources by a part of their names: up to 20 of each kind, of those "
      "that one may see",
    .tag = "search",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = http::Surface::organization,
    .answers = "200 400 401 403 429 503",
};

Async<void> may_search(Context& context)
{
    auto const& caller = context.caller();
    auto const cell = caller.grants.cell(Permission::search_use);
    if (cell != Cell::everywhere && cell != Cell::assigned)
        throw domain::forbidden(caller.policy->id_of(Permission::search_use));
    co_return;
}

json::Value text_or_null(std::optional<std::string> const& text)
{
    return text ? json::Value(*text) : json::Value();
}

json::Value view_of(User const& person)
{
    return json::Value(json::Object{
        {"id", person.id.text()},
        {"email", person.email},
        {"firstName", text_or_null(person.first_name)},
        {"lastName", text_or_null(person.last_name)},
        {"role", std::string(domain::to_text(person.role))},
    });
}

json::Value view_of(Resource const& resource)
{
    return json::Value(json::Object{{"id", resource.id.text()}, {"name", resource.name}});
}

// People are assigned to nobody: whoever may see some rows alone sees none of them.
Async<json::Array> people(UnitOfWork& work, Caller const& caller, std::string text)
{
    json::Array views;
    auto const& grants = caller.grants;
    if (grants.cell(Permission::search_use) != Cell::everywhere
        || grants.cell(Permission::users_view) != Cell::everywhere)
        co_return views;
    MemberFilter const filter{.search = std::move(text)};
    MemberWindow const window{.sort = MemberSort::email, .limit = most_of_a_kind};
    auto const found = co_await work.members().list(caller.organization_id(), filter, window);
    for (auto const& person : found)
        views.push_back(view_of(person));
    co_return views;
}

// Of what searching and seeing admit to the narrower.
Async<json::Array> resources(
    UnitOfWork& work, Caller const& caller, policy::ResourceType const& type, std::string text
)
{
    json::Array views;
    auto const& grants = caller.grants;
    auto const cell
        = std::min(grants.cell(Permission::search_use), grants.cell(type.view.permission));
    if (cell != Cell::everywhere && cell != Cell::assigned)
        co_return views;
    ResourceFilter filter{.type = type.name, .search = std::move(text)};
    if (cell == Cell::assigned)
        filter.assigned_to = caller.user_id();
    ResourceWindow const window{.sort = ResourceSort::name, .limit = most_of_a_kind};
    auto const found = co_await work.resources().list(caller.organization_id(), filter, window);
    for (auto const& resource : found)
        views.push_back(view_of(resource));
    co_return views;
}

Async<RawJson> search(Context& context, SearchRequest request)
{
    auto const text = std::string(trimmed(request.q));
    if (text.empty() || code_points(text) > longest_query)
        throw invalid_field("q", "must have 1 to 200 characters");
    auto const& caller = context.caller();
    context.no_store();
    auto work = co_await context.services.storage.read();
    json::Object found;
    auto users = co_await people(*work, caller, text);
    found.push_back({"users", json::Value(std::move(users))});
    for (auto const& type : caller.policy->resource_types()) {
        auto some = co_await resources(*work, caller, type, text);
        found.push_back({type.collection, json::Value(std::move(some))});
    }
    co_return RawJson{json::to_text(json::Value(std::move(found)))};
}

constexpr char const* schema_of_people
    = R"({"type":"array","items":{"type":"object","properties":{"id":{"type":"string"},)"
      R"("email":{"type":"string"},"firstName":{"type":["string","null"]},)"
      R"("lastName":{"type":["string","null"]},"role":{"type":"string"}},)"
      R"("required":["id","email","firstName","lastName","role"]}})";
constexpr char const* schema_of_resources
    = R"({"type":"array","items":{"type":"object","properties":{"id":{"type":"string"},)"
      R"("name":{"type":"string"}},"required":["id","name"]}})";

std::string schema_of_answer(policy::Policy const& policy)
{
    auto properties = std::string(R"("users":)") + schema_of_people;
    std::string required = R"("users")";
    for (auto const& type : policy.resource_types()) {
        properties += ",\"" + type.collection + "\":" + schema_of_resources;
        required += ",\"" + type.collection + "\"";
    }
    return R"({"type":"object","properties":{)" + properties + R"(},"required":[)" + required
        + "]}";
}

} // namespace

std::vector<http::Endpoint> endpoints(policy::Policy const& policy)
{
    auto endpoint = http::endpoint(search_route, may_search, search);
    endpoint.shape.answer = schema_of_answer(policy);
    return {std::move(endpoint)};
}

} // namespace gatehouse::search
