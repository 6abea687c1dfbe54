// One set of handlers for all types.
#include "features/resources/endpoints.h"

#include "domain/access.h"
#include "domain/resource_access.h"
#include "domain/resource_writing.h"
#include "features/resources/messages.h"
#include "features/resources/routes.h"
#include "features/resources/rules.h"
#include "features/resources/view.h"
#include "http/gates.h"
#include "http/request_facts.h"
#include "http/resource_list.h"

#include <memory>
#include <utility>

namespace gatehouse::resources {
namespace {
using domain::change_resource;
using domain::create_resource;
using domain::organization_in_reach;
using domain::OrganizationId;
using domain::remove_resource;
using domain::require_step;
using domain::resource_in_reach;
using domain::ResourceId;
using domain::ResourceStep;
using http::Context;
using http::JsonObject;
using http::Nothing;
using http::RawJson;
using http::ResourceListRequest;
using policy::ResourceType;

// What every endpoint of one type shares.
struct Served {
    explicit Served(ResourceType const& declared)
        : type(declared)
        , texts(declared)
    {
    }
    ResourceType type;
    RouteTexts texts;
};
using Kind = std::shared_ptr<Served const>;

Async<void> step_on_one(Context& context, Served const& served, ResourceStep step)
{
    ResourceId const id(context.parameter("id"));
    auto work = co_await context.services.storage.read();
    co_await resource_in_reach(*work, context.caller(), served.type.name, id, step);
}

Async<void> may_list(Context& context, Served const& served)
{
    require_step(context.caller(), served.type.name, ResourceStep::view);
    co_return;
}

Async<void> may_list_there(Context& context, Served const& served)
{
    OrganizationId const id(context.parameter("id"));
    co_await organization_in_reach(context.services, context.actor(), id);
    require_step(context.caller(), served.type.name, ResourceStep::view);
}

Async<RawJson> list(Context& context, Served const& served, ResourceListRequest request)
{
    auto const& type = served.type;
    auto const listed = co_await http::list_resources(
        context, type.name, served.texts.collection, std::move(request)
    );
    if (listed.paging.is_paged)
        co_return RawJson{page_of(listed.found, type, listed.paging, listed.total)};
    co_return RawJson{list_of(listed.found, type)};
}

// Where, then what, then the rest of the body.
Async<RawJson> create_one(Context& context, Served const& served, JsonObject request)
{
    auto const& caller = context.caller();
    if (auto const named = organization_in(request.members))
        co_await organization_in_reach(context.services, context.actor(), *named);
    require_step(caller, served.type.name, ResourceStep::create);
    auto wanted = new_resource(served.type, request.members);
    auto const facts = http::facts_of(context);
    auto const made = co_await create_resource(
        context.services, facts, caller, served.type.name, std::move(wanted)
    );
    context.no_store();
    context.status(201);
    co_return RawJson{view_of(made, served.type)};
}

Async<RawJson> show(Context& context, Served const& served)
{
    ResourceId const id(context.parameter("id"));
    auto work = co_await context.services.storage.read();
    auto const found = co_await resource_in_reach(
        *work, context.caller(), served.type.name, id, ResourceStep::view
    );
    context.no_store();
    co_return RawJson{view_of(found, served.type)};
}

domain::Expected expected_by(Context const& context, ResourceType const& type)
{
    auto const condition = http::IfMatch::of(context.request);
    if (!condition)
        return {};
    return [condition = *condition, &type](domain::Resource const& present) {
        condition.require(http::entity_tag_of(view_of(present, type)));
    };
}

Async<RawJson> change_one(Context& context, Served const& served, JsonObject request)
{
    require_same_place(request.members);
    auto wanted = change_of(served.type, request.members);
    auto expected = expected_by(context, served.type);
    ResourceId const id(context.parameter("id"));
    auto const facts = http::facts_of(context);
    auto const& caller = context.caller();
    auto const changed = co_await change_resource(
        context.services,
        facts,
        caller,
        served.type.name,
        id,
        std::move(wanted),
        std::move(expected)
    );
    context.no_store();
    co_return RawJson{view_of(changed, served.type)};
}

Async<Nothing> remove_one(Context& context, Served const& served)
{
    ResourceId const id(context.parameter("id"));
    auto const facts = http::facts_of(context);
    co_await remove_resource(context.services, facts, context.caller(), served.type.name, id);
    co_return Nothing{};
}

// Handlers that know their type. The endpoint keeps what they hold for as long as it is asked.
template <class Req, class Res>
http::Handler<Req, Res> of(Kind kind, Async<Res> (*handler)(Context&, Served const&, Req))
{
    return [kind, handler](Context& context, Req request) {
        return handler(context, *kind, std::move(request));
    };
}
template <class Res>
http::Handler<Nothing, Res> of(Kind kind, Async<Res> (*handler)(Context&, Served const&))
{
    return [kind, handler](Context& context, Nothing) {
        return handler(context, *kind);
    };
}
http::Gate gate_of(Kind kind, Async<void> (*gate)(Context&, Served const&))
{
    return [kind, gate](Context& context) {
        return gate(context, *kind);
    };
}
http::Gate gate_of(Kind kind, ResourceStep step)
{
    return [kind, step](Context& context) {
        return step_on_one(context, *kind, step);
    };
}
http::Endpoint described(http::Endpoint endpoint, std::string answer, std::string body = {})
{
    endpoint.shape.answer = std::move(answer);
    if (!body.empty())
        endpoint.shape.request_body = std::move(body);
    return endpoint;
}

void add_endpoints(std::vector<http::Endpoint>& into, ResourceType const& type)
{
    auto const kind = std::make_shared<Served const>(type);
    auto const& texts = kind->texts;
    auto const view = schema_of_view(type);
    auto const several = schema_of_list(type);
    into.push_back(described(
        http::endpoint(list_route(texts), gate_of(kind, may_list), of(kind, list)), several
    ));
    into.push_back(described(
        http::endpoint(
            list_of_organization_route(texts), gate_of(kind, may_list_there), of(kind, list)
        ),
        several
    ));
    into.push_back(described(
        http::endpoint(create_route(texts), http::asked_with_the_body, of(kind, create_one)),
        view,
        schema_of_creation(type)
    ));
    into.push_back(described(
        http::endpoint(read_route(texts), gate_of(kind, ResourceStep::view), of(kind, show)), view
    ));
    into.push_back(described(
        http::endpoint(
            change_route(texts), gate_of(kind, ResourceStep::edit), of(kind, change_one)
        ),
        view,
        schema_of_change(type)
    ));
    into.push_back(http::endpoint(
        remove_route(texts), gate_of(kind, ResourceStep::remove), of(kind, remove_one)
    ));
}

constexpr http::Route types_route{
    .method = http::Method::get,
    .path = "/api/resource-types",
    .operation = "listResourceTypes",
    .summary = "List the kinds of thing that the caller may see, as the policy declares them",
    .tag = "resource-types",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads the policy alone"),
    .surface = http::Surface::organization,
    .answers = "200 401 403 429 503",
};

TypeView view_of(ResourceType const& type)
{
    TypeView view{.name = type.name, .collection = type.collection};
    view.view = type.view.id;
    view.create = type.create.id;
    view.edit = type.edit.id;
    if (type.edit_assigned)
        view.edit_assigned = type.edit_assigned->id;
    view.remove = type.remove.id;
    for (auto const& declared : type.attributes) {
        AttributeView attribute{.name = declared.name, .required = declared.required};
        attribute.type = to_text(declared.kind);
        attribute.max_length = static_cast<std::int64_t>(declared.longest);
        attribute.allowed = declared.allowed;
        attribute.minimum = declared.minimum;
        attribute.maximum = declared.maximum;
        if (declared.format != policy::AttributeFormat::none)
            attribute.format = to_text(declared.format);
        view.attributes.push_back(std::move(attribute));
    }
    return view;
}

// Those with general routes: the others have pages of their own.
Async<TypeViews> list_types(Context& context, Nothing)
{
    TypeViews views;
    for (auto const& type : context.caller().policy->resource_types())
        if (type.general
            && domain::reach(context.actor(), type.view.permission) != domain::Cell::denied)
            views.push_back(view_of(type));
    co_return views;
}

} // namespace

std::vector<http::Endpoint> endpoints(policy::Policy const& policy)
{
    std::vector<http::Endpoint> all;
    all.push_back(http::endpoint(types_route, list_types));
    for (auto const& type : policy.resource_types())
        if (type.general)
            add_endpoints(all, type);
    return all;
}

} // namespace gatehouse::resources
