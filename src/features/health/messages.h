// What is said about the server's own state.
#pragma once

#include "core/time.h"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace gatehouse::health {

struct Alive {
    std::string status;
    std::string service;
    Instant timestamp;
};
BOOST_DESCRIBE_STRUCT(Alive, (), (status, service, timestamp))

struct ReadyRequest {
    std::optional<std::string> verbose; // `?verbose`, with or without a value
};
BOOST_DESCRIBE_STRUCT(ReadyRequest, (), (verbose))

struct Ready {
    std::string status; // `ready` or `unavailable`
};
BOOST_DESCRIBE_STRUCT(Ready, (), (status))

struct Control {
    std::string name;
    std::string state; // `ok`, `degraded` or `broken`
    std::string detail;
};
BOOST_DESCRIBE_STRUCT(Control, (), (name, state, detail))

struct ReadyInDetail {
    std::string status;
    std::string database; // the driver: `sqlite` or `postgres`
    std::vector<Control> controls;
};
BOOST_DESCRIBE_STRUCT(ReadyInDetail, (), (status, database, controls))

} // namespace gatehouse::health
