// One decision with what it rests on: all that its id holds, and all that explains it.
#pragma once

#include "core/time.h"
#include "policy/decision.h"

#include <optional>
#include <string>

namespace gatehouse::authorization {

enum class GrantedBy { nothing, role, custom_role, grant };

struct Decided {
    Instant at;
    std::string policy; // its version
    std::string organization; // who may look at it again; empty: other applications alone
    std::string subject; // the id as it was asked
    std::string action; // as it was asked
    std::string resource_type; // empty: none was named
    std::string resource_id; // empty: in general
    std::string permission; // the id of the one that decided
    policy::Cell cell = policy::Cell::denied;
    GrantedBy granted_by = GrantedBy::nothing;
    std::string role; // the name of what grants, or of the built-in role where nothing does
    bool is_active = false; // the subject, and known where it was asked
    bool allowed = false;
    std::optional<policy::Term> missing = {};
    bool place_is_told = true; // false: not whether the row is one of the organization

    bool is_about_a_row() const { return !resource_id.empty(); }
    bool operator==(Decided const&) const = default;
};

} // namespace gatehouse::authorization
