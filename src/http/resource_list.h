// Lists of resources as a query asks for them, whatever routes their type has.
#pragma once

#include "core/async.h"
#include "domain/resources.h"
#include "http/context.h"
#include "http/paging.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::http {

struct ResourceListRequest { // of the query
    std::optional<std::string> search; // in the name
    std::optional<std::string> sort; // createdAt, name
    std::optional<std::string> order; // asc, desc
    std::optional<std::int64_t> page;
    std::optional<std::int64_t> limit; // 1 to 100
};
BOOST_DESCRIBE_STRUCT(ResourceListRequest, (), (search, sort, order, page, limit))

struct ResourceList {
    std::vector<domain::Resource> found;
    Paging paging;
    std::int64_t total = 0;
};

// Of the caller's organization; a star shows what is assigned, and counts nothing else
// (spec/permissions §2). `path` is where the rest of a cut list is. Throws Refusal.
Async<ResourceList>
list_resources(Context& context, std::string type, std::string path, ResourceListRequest request);

} // namespace gatehouse::http
