// What a resource keeps beside its name: a few attributes, as its type declares them in the words
// of JSON Schema (json-schema.org, draft 2020-12, validation §6).
#pragma once

#include "core/json.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::policy {

enum class AttributeKind { string, integer, number, boolean };
enum class AttributeFormat { none, email, date, uri };

struct Attribute {
    std::string name;
    AttributeKind kind = AttributeKind::string;
    bool required = false; // at creation; and it cannot be emptied afterwards
    std::size_t longest = 500; // code points of a string
    std::vector<std::string> allowed = {}; // of a string; empty: any text
    std::optional<double> minimum = {};
    std::optional<double> maximum = {};
    AttributeFormat format = AttributeFormat::none;

    bool operator==(Attribute const&) const = default;
};

std::string_view to_text(AttributeKind kind);
std::string_view to_text(AttributeFormat format); // "" for none
std::optional<AttributeKind> parse_attribute_kind(std::string_view text);
std::optional<AttributeFormat> parse_attribute_format(std::string_view text);

// What is wrong with a value, e.g. `must be at most 40 characters long`; nothing where it fits.
// A null empties the attribute.
std::optional<std::string> judge(Attribute const& attribute, json::Value const& value);

} // namespace gatehouse::policy
