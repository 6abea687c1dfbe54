// Flat objects: what every resource has, with the attributes of its type between.
#include "features/resources/view.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace gatehouse::resources {
namespace {
using domain::Resource;
using policy::Attribute;
using policy::ResourceType;

// Declared and not there is null: every answer of a type has the same members. What was stored
// under another declaration, and is declared no more, is not shown.
json::Value stored(Resource const& resource, Attribute const& attribute)
{
    auto const found = std::ranges::find(resource.attributes, attribute.name, &json::Member::name);
    return found == resource.attributes.end() ? json::Value() : found->value;
}

json::Value object_of(Resource const& resource, ResourceType const& type)
{
    json::Object members{
        {"id", resource.id.text()},
        {"organizationId", resource.organization_id.text()},
        {"name", resource.name},
    };
    for (auto const& attribute : type.attributes)
        members.push_back({attribute.name, stored(resource, attribute)});
    auto const& by = resource.created_by;
    members.push_back({"createdBy", by ? json::Value(by->text()) : json::Value()});
    members.push_back({"createdAt", to_text(resource.created_at)});
    members.push_back({"updatedAt", to_text(resource.updated_at)});
    return json::Value(std::move(members));
}

json::Value array_of(std::vector<Resource> const& resources, ResourceType const& type)
{
    json::Array items;
    items.reserve(resources.size());
    for (auto const& resource : resources)
        items.push_back(object_of(resource, type));
    return json::Value(std::move(items));
}

json::Object schema_of(Attribute const& attribute)
{
    json::Object schema{{"type", policy::to_text(attribute.kind)}};
    if (attribute.kind == policy::AttributeKind::string)
        schema.push_back({"maxLength", static_cast<std::int64_t>(attribute.longest)});
    if (auto const format = policy::to_text(attribute.format); !format.empty())
        schema.push_back({"format", format});
    if (attribute.minimum)
        schema.push_back({"minimum", *attribute.minimum});
    if (attribute.maximum)
        schema.push_back({"maximum", *attribute.maximum});
    if (!attribute.allowed.empty()) {
        json::Array allowed(attribute.allowed.begin(), attribute.allowed.end());
        schema.push_back({"enum", std::move(allowed)});
    }
    return schema;
}

json::Value nullable(json::Object schema)
{
    json::Object null{{"type", "null"}};
    json::Array either;
    either.emplace_back(std::move(schema));
    either.emplace_back(std::move(null));
    return json::Value(json::Object{{"anyOf", std::move(either)}});
}

json::Value text_schema()
{
    return json::Value(json::Object{{"type", "string"}});
}

json::Value name_schema()
{
    return json::Value(json::Object{{"type", "string"}, {"minLength", 1}, {"maxLength", 100}});
}

json::Value object_schema(json::Object properties, std::vector<std::string> const& required)
{
    json::Object schema{{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty())
        schema.push_back({"required", json::Array(required.begin(), required.end())});
    return json::Value(std::move(schema));
}

json::Value view_schema(ResourceType const& type)
{
    json::Value const moment(json::Object{{"type", "string"}, {"format", "date-time"}});
    json::Object properties{
        {"id", text_schema()}, {"organizationId", text_schema()}, {"name", text_schema()}
    };
    for (auto const& attribute : type.attributes)
        properties.push_back({attribute.name, nullable(schema_of(attribute))});
    properties.push_back({"createdBy", nullable({{"type", "string"}})});
    properties.push_back({"createdAt", moment});
    properties.push_back({"updatedAt", moment});
    std::vector<std::string> required;
    for (auto const& property : properties)
        required.push_back(property.name);
    return object_schema(std::move(properties), required);
}

json::Object said_properties(ResourceType const& type)
{
    json::Object properties{{"name", name_schema()}};
    for (auto const& attribute : type.attributes)
        properties.push_back({attribute.name, nullable(schema_of(attribute))});
    return properties;
}

} // namespace

std::string view_of(Resource const& resource, ResourceType const& type)
{
    return json::to_text(object_of(resource, type));
}

std::string list_of(std::vector<Resource> const& resources, ResourceType const& type)
{
    return json::to_text(array_of(resources, type));
}

std::string page_of(
    std::vector<Resource> const& resources,
    ResourceType const& type,
    http::Paging const& paging,
    std::int64_t total
)
{
    return json::to_text(json::Value(json::Object{
        {"data", array_of(resources, type)},
        {"total", total},
        {"page", paging.page},
        {"pages", paging.pages_of(total)},
        {"limit", paging.limit},
    }));
}

std::string schema_of_view(ResourceType const& type)
{
    return json::to_text(view_schema(type));
}

std::string schema_of_list(ResourceType const& type)
{
    json::Value const number(json::Object{{"type", "integer"}});
    json::Value const items(json::Object{{"type", "array"}, {"items", view_schema(type)}});
    json::Object page{{"data", items}};
    for (auto const* const name : {"total", "page", "pages", "limit"})
        page.push_back({name, number});
    json::Array either;
    either.push_back(items);
    either.push_back(object_schema(std::move(page), {"data", "total", "page", "pages", "limit"}));
    return json::to_text(json::Value(json::Object{{"anyOf", std::move(either)}}));
}

std::string schema_of_creation(ResourceType const& type)
{
    auto properties = said_properties(type);
    properties.push_back({"organizationId", text_schema()}); // one's own, if it is named at all
    std::vector<std::string> required{"name"};
    for (auto const& attribute : type.attributes)
        if (attribute.required)
            required.push_back(attribute.name);
    return json::to_text(object_schema(std::move(properties), required));
}

std::string schema_of_change(ResourceType const& type)
{
    return json::to_text(object_schema(said_properties(type), {}));
}

} // namespace gatehouse::resources
