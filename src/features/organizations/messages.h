// What is said about organizations.
#pragma once

#include "domain/organization_view.h"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>

namespace gatehouse::organizations {

struct CreateRequest {
    std::string name;
    std::optional<std::string> industry;
    std::optional<std::string> size; // any text, e.g. `1-10`
};
BOOST_DESCRIBE_STRUCT(CreateRequest, (), (name, industry, size))

struct ChangeRequest { // absent or null: stays; an empty industry or size is taken away
    std::optional<std::string> name;
    std::optional<std::string> industry;
    std::optional<std::string> size;
};
BOOST_DESCRIBE_STRUCT(ChangeRequest, (), (name, industry, size))

struct TransferRequest {
    std::string new_owner_id;
};
BOOST_DESCRIBE_STRUCT(TransferRequest, (), (new_owner_id))

} // namespace gatehouse::organizations
