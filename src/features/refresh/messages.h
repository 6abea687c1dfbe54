// What is said when a session is prolonged.
#pragma once

#include "core/secret.h"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>

namespace gatehouse::refresh {

struct RefreshRequest {
    std::optional<SecretString> refresh_token; // or the cookie
    std::optional<std::string> device_fingerprint;
    std::optional<std::string> country;
    std::optional<std::string> city;
};
BOOST_DESCRIBE_STRUCT(RefreshRequest, (), (refresh_token, device_fingerprint, country, city))

} // namespace gatehouse::refresh
