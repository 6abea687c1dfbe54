// What is searched for.
#pragma once

#include <boost/describe/class.hpp>

#include <string>

namespace gatehouse::search {

struct SearchRequest { // of the query
    std::string q; // 1 to 200 characters, whatever the case of A–Z
};
BOOST_DESCRIBE_STRUCT(SearchRequest, (), (q))

} // namespace gatehouse::search
