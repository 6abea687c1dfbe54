// What is said about a person's own sessions.
#pragma once

#include "core/time.h"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>

namespace gatehouse::sessions {

struct SessionView {
    std::string id;
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;
    std::optional<std::string> device_id;
    std::optional<std::string> device_name;
    std::optional<std::string> country;
    std::optional<std::string> city;
    Instant created_at;
    Instant last_seen_at;
    Instant expires_at;
    bool current = false;
};
BOOST_DESCRIBE_STRUCT(
    SessionView,
    (),
    (id,
     ip_address,
     user_agent,
     device_id,
     device_name,
     country,
     city,
     created_at,
     last_seen_at,
     expires_at,
     current)
)

struct ForeignSessionView : SessionView { // in which somebody else acts
    std::string impersonated_by; // who it is
};
BOOST_DESCRIBE_STRUCT(ForeignSessionView, (SessionView), (impersonated_by))

} // namespace gatehouse::sessions
