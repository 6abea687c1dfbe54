// Names and attributes.
#include "features/resources/rules.h"

#include "domain/refusal.h"
#include "protocols/password_text/names.h"

#include <algorithm>
#include <utility>

namespace gatehouse::resources {
namespace {
using domain::invalid_field;
using domain::NewResource;
using domain::OrganizationId;
using domain::ResourceChange;
using policy::ResourceType;

json::Value const* member(json::Object const& members, std::string_view name)
{
    auto const found = std::ranges::find(members, name, &json::Member::name);
    return found == members.end() ? nullptr : &found->value;
}

std::string name_in(json::Value const& value)
{
    auto const* const text = value.text();
    if (!text)
        throw invalid_field("name", "must be a string");
    auto name = password_text::normalised_name(*text);
    if (!name || name->empty())
        throw invalid_field("name", "must have 1 to 100 characters and no control characters");
    return *std::move(name);
}

// What is given and declared, each judged; the order is that of the declaration.
json::Object attributes_in(ResourceType const& type, json::Object const& members)
{
    json::Object attributes;
    for (auto const& attribute : type.attributes)
        if (auto const* const value = member(members, attribute.name)) {
            if (auto const problem = policy::judge(attribute, *value))
                throw invalid_field(attribute.name, *problem);
            attributes.push_back({attribute.name, *value});
        }
    return attributes;
}

} // namespace

NewResource new_resource(ResourceType const& type, json::Object const& members)
{
    auto const* const name = member(members, "name");
    if (!name || name->is_null())
        throw invalid_field("name", "is required");
    NewResource made{.name = name_in(*name), .attributes = attributes_in(type, members)};
    for (auto const& attribute : type.attributes)
        if (attribute.required && !member(made.attributes, attribute.name))
            throw invalid_field(attribute.name, "is required");
    std::erase_if(made.attributes, [](json::Member const& one) { return one.value.is_null(); });
    return made;
}

ResourceChange change_of(ResourceType const& type, json::Object const& members)
{
    ResourceChange change;
    if (auto const* const name = member(members, "name"))
        change.name = name_in(*name);
    change.attributes = attributes_in(type, members);
    return change;
}

std::optional<OrganizationId> organization_in(json::Object const& members)
{
    auto const* const given = member(members, "organizationId");
    if (!given || given->is_null())
        return std::nullopt;
    auto const* const text = given->text();
    if (!text)
        throw invalid_field("organizationId", "must be a string");
    return OrganizationId(*text);
}

void require_same_place(json::Object const& members)
{
    if (member(members, "organizationId"))
        throw domain::immutable_field("organizationId");
}

} // namespace gatehouse::resources
