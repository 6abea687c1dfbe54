// What is said when a session is prolonged.
#pragma once

#include "core/secret.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace gatehouse::refresh {

struct RefreshRequest {
    std::optional<SecretString> refresh_token; // or the cookie
    std::optional<std::string> device_fingerprint;
};
BOOST_DESCRIBE_STRUCT(RefreshRequest, (), (refresh_token, device_fingerprint))

struct Refreshed {
    SecretString access_token;
    SecretString refresh_token;
    SecretString token;
    std::int64_t expires_in = 0; // seconds, of the access token
    std::string token_type;
    std::string session_id;
    bool requires_step_up = false; // a refresh that asks for more is answered 428
};
BOOST_DESCRIBE_STRUCT(
    Refreshed,
    (),
    (access_token, refresh_token, token, expires_in, token_type, session_id, requires_step_up)
)

} // namespace gatehouse::refresh
