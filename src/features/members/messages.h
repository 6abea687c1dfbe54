// What is said about the people of an organization.
#pragma once

#include "domain/person_view.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::members {

struct ListRequest { // of the query
    std::optional<std::string> role;
    std::optional<std::string> status;
    std::optional<std::string> search; // in address and names
    std::optional<std::string> sort; // createdAt, email, firstName, lastName
    std::optional<std::string> order; // asc, desc
    std::optional<std::int64_t> page;
    std::optional<std::int64_t> limit; // 1 to 100
    std::optional<std::string> format; // json, csv
    std::optional<std::string> ids; // by commas, 100 at most: these alone, and nothing else beside
};
BOOST_DESCRIBE_STRUCT(
    ListRequest, (), (role, status, search, sort, order, page, limit, format, ids)
)

using MemberList = std::vector<domain::MemberView>;

struct MemberPage {
    MemberList data;
    std::int64_t total = 0;
    std::int64_t page = 1;
    std::int64_t pages = 0;
    std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(MemberPage, (), (data, total, page, pages, limit))

} // namespace gatehouse::members
