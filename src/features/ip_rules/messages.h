// What is said about the rules by which an organization is entered.
#pragma once

#include "core/time.h"
#include "http/describe.h"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <vector>

namespace gatehouse::ip_rules {

struct CreateRequest {
    std::string action; // allow, deny
    std::string network; // 203.0.113.0/24, 2001:db8::/32, or one address
    std::optional<std::string> note;
    std::optional<bool> enabled; // true where it is absent
    std::optional<bool> force; // also where the caller would be kept out
};
BOOST_DESCRIBE_STRUCT(CreateRequest, (), (action, network, note, enabled, force))

struct ChangeRequest { // absent or null: stays; an empty note is taken away
    std::optional<std::string> action;
    std::optional<std::string> network;
    std::optional<std::string> note;
    std::optional<bool> enabled;
    std::optional<bool> force;
};
BOOST_DESCRIBE_STRUCT(ChangeRequest, (), (action, network, note, enabled, force))

struct RuleView {
    std::string id;
    std::string action;
    std::string network;
    std::optional<std::string> note;
    bool enabled = true;
    std::optional<std::string> created_by;
    Instant created_at;
    Instant updated_at;
};
BOOST_DESCRIBE_STRUCT(
    RuleView, (), (id, action, network, note, enabled, created_by, created_at, updated_at)
)

using RuleViews = std::vector<RuleView>;

} // namespace gatehouse::ip_rules
