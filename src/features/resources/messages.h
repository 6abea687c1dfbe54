// What is said about resources, whatever their type.
#pragma once

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace gatehouse::resources {

struct ListRequest { // of the query
    std::optional<std::string> search; // in the name
    std::optional<std::string> sort; // createdAt, name
    std::optional<std::string> order; // asc, desc
    std::optional<std::int64_t> page;
    std::optional<std::int64_t> limit; // 1 to 100
};
BOOST_DESCRIBE_STRUCT(ListRequest, (), (search, sort, order, page, limit))

} // namespace gatehouse::resources
