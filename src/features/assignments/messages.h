// What is said about who is assigned to what.
#pragma once

#include "core/time.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::assignments {

struct AssignRequest {
    std::string resource_type; // `client`
    std::string resource_id;
    std::string user_id;
};
BOOST_DESCRIBE_STRUCT(AssignRequest, (), (resource_type, resource_id, user_id))

struct ListRequest { // of the query
    std::optional<std::string> resource_type;
    std::optional<std::string> resource_id;
    std::optional<std::string> user_id;
    std::optional<std::int64_t> page;
    std::optional<std::int64_t> limit; // 1 to 100
};
BOOST_DESCRIBE_STRUCT(ListRequest, (), (resource_type, resource_id, user_id, page, limit))

struct AssignmentView {
    std::string id;
    std::string organization_id;
    std::string resource_type;
    std::string resource_id;
    std::string user_id;
    std::optional<std::string> assigned_by;
    Instant created_at;
};
BOOST_DESCRIBE_STRUCT(
    AssignmentView,
    (),
    (id, organization_id, resource_type, resource_id, user_id, assigned_by, created_at)
)

using AssignmentList = std::vector<AssignmentView>;

struct AssignmentPage {
    AssignmentList data;
    std::int64_t total = 0;
    std::int64_t page = 1;
    std::int64_t pages = 0;
    std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(AssignmentPage, (), (data, total, page, pages, limit))

} // namespace gatehouse::assignments
