// What is said about the sessions of an organization.
#pragma once

#include "core/time.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::organization_sessions {

struct ListRequest { // of the query
    std::optional<std::string> user_id;
    std::optional<std::string> state; // live, ended, all; live where it is absent
    std::optional<std::string> surface; // account, organization
    std::optional<std::string> search; // in address, names, network address, device and place
    std::optional<std::string> order; // desc, asc: by the sign-in
    std::optional<std::int64_t> page;
    std::optional<std::int64_t> limit; // 1 to 100
};
BOOST_DESCRIBE_STRUCT(ListRequest, (), (user_id, state, surface, search, order, page, limit))

struct SessionView {
    std::string id;
    std::string user_id;
    std::string email;
    std::optional<std::string> first_name;
    std::optional<std::string> last_name;
    std::string role;
    std::string state; // live, logged_out, revoked, expired, voided
    std::string surface;
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;
    std::optional<std::string> device_id;
    std::optional<std::string> device_name;
    std::optional<std::string> country;
    std::optional<std::string> city;
    std::vector<std::string> auth_methods;
    std::optional<std::int64_t> risk_score;
    bool degraded = false; // the risk could not be told
    Instant created_at;
    Instant last_seen_at;
    Instant expires_at;
    Instant absolute_expires_at;
    std::optional<Instant> ended_at; // signed out or revoked
    std::optional<std::string> revoke_reason;
    std::optional<std::string> revoked_by;
    std::optional<std::string> impersonated_by; // who acts in it as its person
    bool current = false; // the caller's own, of this request
};
BOOST_DESCRIBE_STRUCT(
    SessionView,
    (),
    (id,
     user_id,
     email,
     first_name,
     last_name,
     role,
     state,
     surface,
     ip_address,
     user_agent,
     device_id,
     device_name,
     country,
     city,
     auth_methods,
     risk_score,
     degraded,
     created_at,
     last_seen_at,
     expires_at,
     absolute_expires_at,
     ended_at,
     revoke_reason,
     revoked_by,
     impersonated_by,
     current)
)

using SessionViews = std::vector<SessionView>;

struct SessionPage {
    SessionViews data;
    std::int64_t total = 0;
    std::int64_t page = 1;
    std::int64_t pages = 0;
    std::int64_t limit = 0;
    bool at_least = false; // there are more than `total`: nobody counts further
};
BOOST_DESCRIBE_STRUCT(SessionPage, (), (data, total, page, pages, limit, at_least))

struct EndRequest {
    std::optional<std::string> user_id; // of this person; absent: of everybody
};
BOOST_DESCRIBE_STRUCT(EndRequest, (), (user_id))

struct Ended {
    bool success = true;
    std::string message;
    std::int64_t sessions = 0; // that were not over before
};
BOOST_DESCRIBE_STRUCT(Ended, (), (success, message, sessions))

} // namespace gatehouse::organization_sessions
