// What is said about the controls of this server.
#pragma once

#include "core/time.h"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <vector>

namespace gatehouse::control_health {

struct ControlView {
    std::string control;
    std::string state; // `operating`, `degraded`, `broken`, or `unchecked` just after a start
    std::optional<Instant> since; // when it was told to be broken
    std::optional<Instant> last_checked_at;
    std::optional<std::string> cause; // what it means; how it came about is for operators
};
BOOST_DESCRIBE_STRUCT(ControlView, (), (control, state, since, last_checked_at, cause))

struct HealthView {
    Instant generated_at;
    std::string status; // the worst state of all
    std::vector<ControlView> controls;
};
BOOST_DESCRIBE_STRUCT(HealthView, (), (generated_at, status, controls))

} // namespace gatehouse::control_health
