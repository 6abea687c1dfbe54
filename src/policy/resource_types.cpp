// One TOML table for each kind of thing.
#include "policy/resource_types.h"

#include "policy/matrix.h"
#include "policy/policy_error.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <utility>

namespace gatehouse::policy {
namespace {

constexpr std::size_t longest_text = 10'000;
constexpr std::size_t most_attributes = 50;
// Members of every resource, which no attribute may shadow.
constexpr std::array<std::string_view, 10> taken_names{
    "id",
    "organizationId",
    "type",
    "name",
    "createdBy",
    "createdAt",
    "updatedAt",
    "role",
    "data",
    "assignees",
};

[[noreturn]] void refuse(toml::node const& at, std::string_view cause)
{
    throw PolicyError(resource_types_file, at.source().begin.line, cause);
}

// Beginning with a small letter, then letters and digits, and `-` where `separator` says so.
bool is_name(std::string_view text, bool separator)
{
    auto const is_small = [](char c) {
        return c >= 'a' && c <= 'z';
    };
    auto const is_fit = [&](char c) {
        return is_small(c) || (c >= '0' && c <= '9') || (!separator && c >= 'A' && c <= 'Z')
            || (separator && (c == '-' || c == '_'));
    };
    return !text.empty() && text.size() <= 40 && is_small(text.front())
        && std::ranges::all_of(text, is_fit);
}

// The members of one table, each taken once; what nobody took is a mistake.
class Members {
public:
    explicit Members(toml::table const& table)
        : table_(table)
    {
    }

    std::string text(std::string_view key)
    {
        auto found = optional_text(key);
        if (!found)
            refuse(table_, std::string(key) + " is missing");
        return *std::move(found);
    }
    std::optional<std::string> optional_text(std::string_view key)
    {
        auto const* const node = take(key);
        if (!node)
            return std::nullopt;
        if (!node->is_string())
            refuse(*node, std::string(key) + " must be a text");
        return node->as_string()->get();
    }
    bool boolean(std::string_view key, bool otherwise)
    {
        auto const* const node = take(key);
        if (!node)
            return otherwise;
        if (!node->is_boolean())
            refuse(*node, std::string(key) + " must be true or false");
        return node->as_boolean()->get();
    }
    std::optional<double> number(std::string_view key)
    {
        auto const* const node = take(key);
        if (!node)
            return std::nullopt;
        if (auto const* const whole = node->as_integer())
            return static_cast<double>(whole->get());
        if (auto const* const number = node->as_floating_point())
            return number->get();
        refuse(*node, std::string(key) + " must be a number");
    }
    toml::node const* take(std::string_view key)
    {
        taken_.push_back(std::string(key));
        return table_.get(key);
    }
    void nothing_else() const
    {
        for (auto const& [key, node] : table_)
            if (std::ranges::find(taken_, key.str()) == taken_.end())
                refuse(node, std::string(key.str()) + " is not known here");
    }
    toml::table const& table() const { return table_; }

private:
    toml::table const& table_;
    std::vector<std::string> taken_;
};

void read_kind(Members& members, Attribute& into)
{
    auto const kind = parse_attribute_kind(members.text("type"));
    if (!kind)
        refuse(members.table(), "type must be string, integer, number or boolean");
    into.kind = *kind;
    if (auto const format = members.optional_text("format")) {
        auto const known = parse_attribute_format(*format);
        if (!known || into.kind != AttributeKind::string)
            refuse(members.table(), "format must be email, date or uri, and of a string");
        into.format = *known;
    }
}

void read_allowed(Members& members, Attribute& into)
{
    auto const* const node = members.take("enum");
    if (!node)
        return;
    auto const* const list = node->as_array();
    if (!list || list->empty() || into.kind != AttributeKind::string)
        refuse(*node, "enum must be a list of texts, and of a string");
    for (auto const& item : *list) {
        if (!item.is_string())
            refuse(item, "enum must be a list of texts");
        into.allowed.push_back(item.as_string()->get());
    }
}

Attribute read_attribute(std::string_view name, toml::node const& node)
{
    auto const* const table = node.as_table();
    if (!table)
        refuse(node, std::string(name) + " must be a table, e.g. { type = \"string\" }");
    if (!is_name(name, false))
        refuse(node, std::string(name) + " is no name for an attribute");
    if (std::ranges::find(taken_names, name) != taken_names.end())
        refuse(node, std::string(name) + " is a member of every resource");
    Attribute attribute{.name = std::string(name)};
    Members members(*table);
    read_kind(members, attribute);
    attribute.required = members.boolean("required", false);
    if (auto const longest = members.number("maxLength")) {
        if (*longest < 1 || *longest > longest_text)
            refuse(*table, "maxLength must be between 1 and 10000");
        attribute.longest = static_cast<std::size_t>(*longest);
    }
    read_allowed(members, attribute);
    attribute.minimum = members.number("minimum");
    attribute.maximum = members.number("maximum");
    members.nothing_else();
    return attribute;
}

NamedPermission named(Members& members, std::string_view key)
{
    auto const* const node = members.table().get(key);
    return {
        .id = members.text(key),
        .line = node ? node->source().begin.line : members.table().source().begin.line
    };
}

void read_attributes(Members& members, ResourceType& into)
{
    auto const* const node = members.take("attributes");
    if (!node)
        return;
    auto const* const table = node->as_table();
    if (!table || table->size() > most_attributes)
        refuse(*node, "attributes must be a table of at most 50");
    for (auto const& [name, declared] : *table)
        into.attributes.push_back(read_attribute(name.str(), declared));
}

ResourceType read_type(std::string_view name, toml::node const& node)
{
    auto const* const table = node.as_table();
    if (!table)
        refuse(node, std::string(name) + " must be a table");
    if (!is_name(name, true))
        refuse(node, std::string(name) + " is no name for a resource type");
    Members members(*table);
    ResourceType type{.name = std::string(name), .line = node.source().begin.line};
    type.collection = members.text("collection");
    if (!is_name(type.collection, true))
        refuse(node, type.collection + " is no name for a collection");
    type.view = named(members, "view");
    type.create = named(members, "create");
    type.edit = named(members, "edit");
    if (table->contains("edit_assigned"))
        type.edit_assigned = named(members, "edit_assigned");
    type.remove = named(members, "delete");
    type.general = members.boolean("general", true);
    members.take("edit_assigned");
    read_attributes(members, type);
    members.nothing_else();
    return type;
}

} // namespace

Attribute const* ResourceType::attribute(std::string_view named) const
{
    auto const found = std::ranges::find(attributes, named, &Attribute::name);
    return found == attributes.end() ? nullptr : &*found;
}

bool ResourceType::means_the_same_as(ResourceType const& other) const
{
    return name == other.name && collection == other.collection && view == other.view
        && create == other.create && edit == other.edit && edit_assigned == other.edit_assigned
        && remove == other.remove && general == other.general && attributes == other.attributes;
}

std::vector<ResourceType> read_resource_types(std::string const& text)
{
    std::vector<ResourceType> types;
    try {
        auto const table = toml::parse(text);
        for (auto const& [name, node] : table)
            types.push_back(read_type(name.str(), node));
    } catch (toml::parse_error const& error) {
        throw PolicyError(
            resource_types_file, error.source().begin.line, std::string(error.description())
        );
    }
    std::ranges::sort(types, {}, &ResourceType::line);
    return types;
}

} // namespace gatehouse::policy
