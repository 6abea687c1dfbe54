// What is said about acting as somebody else.
#pragma once

#include "core/secret.h"
#include "core/time.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace gatehouse::impersonation {

struct BeginRequest {
    std::string user_id;
    std::string reason; // 1 to 500 characters
};
BOOST_DESCRIBE_STRUCT(BeginRequest, (), (user_id, reason))

struct PersonView {
    std::string id;
    std::string email;
    std::string role;
};
BOOST_DESCRIBE_STRUCT(PersonView, (), (id, email, role))

struct Begun {
    SecretString token; // a bearer; there is no refresh token, and no cookie
    std::string token_type = "Bearer";
    std::int64_t expires_in = 0; // seconds
    Instant expires_at;
    std::string session_id;
    PersonView user;
};
BOOST_DESCRIBE_STRUCT(Begun, (), (token, token_type, expires_in, expires_at, session_id, user))

struct Current {
    bool active = false; // false: nothing of what follows is there
    std::optional<std::string> session_id;
    std::optional<std::string> impersonator_id;
    std::optional<PersonView> user;
    std::optional<std::string> reason;
    std::optional<Instant> started_at;
    std::optional<Instant> expires_at;
};
BOOST_DESCRIBE_STRUCT(
    Current, (), (active, session_id, impersonator_id, user, reason, started_at, expires_at)
)

} // namespace gatehouse::impersonation
