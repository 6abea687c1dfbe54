// On whose behalf a request of the organization surface acts.
#pragma once

#include "domain/caller.h"

namespace gatehouse::domain {

// A person with a live session, or nobody: the system provisioner, who exists only where
// provisioning is open (environment test) and the request carries no credential at all (decisions
// D-4); or the operator, who runs a command beside the database. Points at the caller, who lives as
// long as the request.
class Actor {
public:
    static Actor provisioner() { return {nullptr, false}; }
    static Actor person(Caller const& caller) { return {&caller, false}; }
    static Actor operator_command() { return {nullptr, true}; }

    Caller const* caller() const { return caller_; } // null: the provisioner, or the operator
    bool is_provisioner() const { return !caller_ && !is_operator_; }
    bool is_operator() const { return is_operator_; }
    bool is(UserId const& user) const { return caller_ && caller_->user_id() == user; }

private:
    Actor(Caller const* caller, bool is_operator)
        : caller_(caller)
        , is_operator_(is_operator)
    {
    }
    Caller const* caller_;
    bool is_operator_;
};

} // namespace gatehouse::domain
