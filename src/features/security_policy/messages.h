// What is said about what an organization asks of everybody in it.
#pragma once

#include "http/describe.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::security_policy {

struct StepUpView {
    std::vector<std::string> always; // asked for whatever the organization wants
    std::vector<std::string> also; // asked for since the organization wants it
    std::vector<std::string> may_also; // what it may want
};
BOOST_DESCRIBE_STRUCT(StepUpView, (), (always, also, may_also))

struct PolicyView {
    StepUpView step_up;
    bool second_factor_required = false;
    std::optional<std::int64_t> session_idle_minutes; // null: 7 days, 30 with rememberMe
    std::optional<std::int64_t> session_absolute_minutes; // null: 30 days
};
BOOST_DESCRIBE_STRUCT(
    PolicyView,
    (),
    (step_up, second_factor_required, session_idle_minutes, session_absolute_minutes)
)

struct ChangeRequest { // absent: stays
    std::optional<std::vector<std::string>> step_up; // all that is wanted beside what always is
    std::optional<bool> second_factor_required;
    http::Given session_idle_minutes; // null: as everywhere
    http::Given session_absolute_minutes;
};
BOOST_DESCRIBE_STRUCT(
    ChangeRequest,
    (),
    (step_up, second_factor_required, session_idle_minutes, session_absolute_minutes)
)

} // namespace gatehouse::security_policy
