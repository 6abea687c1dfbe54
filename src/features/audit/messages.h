// What is said about the ledger of an organization.
#pragma once

#include "core/json.h"
#include "core/time.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::audit {

struct ListRequest { // of the query
    std::optional<std::string> from; // a date or a moment; 30 days back where it is absent
    std::optional<std::string> to; // a whole day where it is a date
    std::optional<std::string> event; // LOGIN_SUCCESS, …
    std::optional<std::string> group; // CC6, CC7, CC8, CC9
    std::optional<std::string> outcome; // success, failure, denied, skipped
    std::optional<std::string> user_id; // whom it concerns
    std::optional<std::string> actor_id; // who did it
    std::optional<std::string> impersonator_id; // who acted as them
    std::optional<std::string> resource;
    std::optional<std::string> resource_id;
    std::optional<std::string> ip_address;
    std::optional<std::string> search; // in every text of a row
    std::optional<std::string> order; // desc, asc: by the time
    std::optional<std::int64_t> page;
    std::optional<std::int64_t> limit; // 1 to 100
};
BOOST_DESCRIBE_STRUCT(
    ListRequest,
    (),
    (from,
     to,
     event,
     group,
     outcome,
     user_id,
     actor_id,
     impersonator_id,
     resource,
     resource_id,
     ip_address,
     search,
     order,
     page,
     limit)
)

struct AuditView {
    std::int64_t id = 0;
    Instant created_at;
    std::string event;
    std::vector<std::string> groups;
    std::string outcome;
    std::optional<std::int64_t> status;
    std::optional<std::string> actor_id;
    std::optional<std::string> impersonator_id; // who acted as the actor
    std::optional<std::string> user_id;
    std::optional<std::string> session_id;
    std::optional<std::string> resource;
    std::optional<std::string> resource_id;
    std::optional<std::string> correlation_id;
    std::optional<std::string> ip_address; // null once it was erased, as the personal part below
    std::optional<std::string> user_agent;
    json::Value old_value;
    json::Value new_value;
    json::Value metadata; // what else is known: lasting and personal facts, and the address
};
BOOST_DESCRIBE_STRUCT(
    AuditView,
    (),
    (id,
     created_at,
     event,
     groups,
     outcome,
     status,
     actor_id,
     impersonator_id,
     user_id,
     session_id,
     resource,
     resource_id,
     correlation_id,
     ip_address,
     user_agent,
     old_value,
     new_value,
     metadata)
)

using AuditList = std::vector<AuditView>;

struct AuditPage {
    AuditList data;
    std::int64_t total = 0;
    std::int64_t page = 1;
    std::int64_t pages = 0;
    std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(AuditPage, (), (data, total, page, pages, limit))

struct SummaryRequest { // of the query
    std::optional<std::string> from;
    std::optional<std::string> to;
};
BOOST_DESCRIBE_STRUCT(SummaryRequest, (), (from, to))

struct Outcomes {
    std::int64_t success = 0;
    std::int64_t failure = 0;
    std::int64_t denied = 0;
    std::int64_t skipped = 0;
};
BOOST_DESCRIBE_STRUCT(Outcomes, (), (success, failure, denied, skipped))

struct EventTally {
    std::string event;
    std::int64_t rows = 0;
    Outcomes outcomes;
};
BOOST_DESCRIBE_STRUCT(EventTally, (), (event, rows, outcomes))

struct GroupTally { // an event of two groups counts in both
    std::string group;
    std::int64_t rows = 0;
    Outcomes outcomes;
};
BOOST_DESCRIBE_STRUCT(GroupTally, (), (group, rows, outcomes))

struct DayTally {
    std::string day; // 2026-11-22, UTC
    std::int64_t rows = 0;
    std::int64_t unsuccessful = 0; // failures and denials
};
BOOST_DESCRIBE_STRUCT(DayTally, (), (day, rows, unsuccessful))

struct Summary {
    Instant from;
    Instant to; // the first moment that does not belong to it
    std::int64_t rows = 0;
    Outcomes outcomes;
    std::vector<GroupTally> groups;
    std::vector<EventTally> events; // in the order of their names
    std::vector<DayTally> days; // days without rows are left out
};
BOOST_DESCRIBE_STRUCT(Summary, (), (from, to, rows, outcomes, groups, events, days))

} // namespace gatehouse::audit
