// The answer of requests that succeed without data (api §1).
#pragma once

#include <boost/describe/class.hpp>

#include <string>

namespace gatehouse::domain {

struct Success {
    bool success = true;
    std::string message;
};
BOOST_DESCRIBE_STRUCT(Success, (), (success, message))

} // namespace gatehouse::domain
