// What is said about how long an organization keeps things, and about legal holds.
#pragma once

#include "core/time.h"
#include "http/describe.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::retention {

struct SettingsView { // days after the end
    std::int64_t attempt_days = 0;
    std::int64_t session_days = 0;
    std::int64_t token_days = 0;
    std::int64_t mail_days = 0;
    std::optional<std::int64_t> ledger_days; // null: without end
    std::vector<std::string> own; // members that the organization set itself
};
BOOST_DESCRIBE_STRUCT(
    SettingsView, (), (attempt_days, session_days, token_days, mail_days, ledger_days, own)
)

struct SettingsRequest { // all of them: absent or null is as everywhere
    http::Given attempt_days;
    http::Given session_days;
    http::Given token_days;
    http::Given mail_days;
    http::Given ledger_days;
};
BOOST_DESCRIBE_STRUCT(
    SettingsRequest, (), (attempt_days, session_days, token_days, mail_days, ledger_days)
)

struct HoldView {
    std::optional<std::string> user_id; // null: the whole organization
    std::string reason;
    std::optional<std::string> set_by;
    Instant set_at;
};
BOOST_DESCRIBE_STRUCT(HoldView, (), (user_id, reason, set_by, set_at))
using HoldViews = std::vector<HoldView>;

struct HoldRequest {
    std::optional<std::string> user_id; // absent: the whole organization
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(HoldRequest, (), (user_id, reason))

} // namespace gatehouse::retention
