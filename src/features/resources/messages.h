// What is said about the types themselves.
#pragma once

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::resources {

struct AttributeView {
    std::string name;
    std::string type; // string, integer, number, boolean
    bool required = false;
    std::int64_t max_length = 0; // of a string
    std::vector<std::string> allowed; // of a string; empty: any text
    std::optional<double> minimum;
    std::optional<double> maximum;
    std::optional<std::string> format; // email, date, uri
};
BOOST_DESCRIBE_STRUCT(
    AttributeView, (), (name, type, required, max_length, allowed, minimum, maximum, format)
)

struct TypeView { // the permission of each step
    std::string name; // `client`: in assignments and decisions
    std::string collection; // `clients`: /api/clients
    std::string view;
    std::string create;
    std::string edit;
    std::optional<std::string> edit_assigned;
    std::string remove;
    std::vector<AttributeView> attributes;
};
BOOST_DESCRIBE_STRUCT(
    TypeView, (), (name, collection, view, create, edit, edit_assigned, remove, attributes)
)
using TypeViews = std::vector<TypeView>;

} // namespace gatehouse::resources
