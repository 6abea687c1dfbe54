// What is said when somebody signs out.
#pragma once

#include "core/secret.h"

#include <boost/describe/class.hpp>

#include <optional>

namespace gatehouse::logout {

struct LogoutRequest {
    std::optional<SecretString> refresh_token;
};
BOOST_DESCRIBE_STRUCT(LogoutRequest, (), (refresh_token))

} // namespace gatehouse::logout
