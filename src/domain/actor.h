// On whose behalf a request of the organization surface acts.
#pragma once

#include "domain/caller.h"

namespace gatehouse::domain {

// A person with a live session, or nobody: the system provisioner, who exists only where
// provisioning is open (environment test) and the request carries no credential at all (decisions
// D-4). Points at the caller, who lives as long as the request.
class Actor {
public:
    static Actor provisioner() { return Actor(nullptr); }
    static Actor person(Caller const& caller) { return Actor(&caller); }

    Caller const* caller() const { return caller_; } // null: the provisioner
    bool is_provisioner() const { return caller_ == nullptr; }
    bool is(UserId const& user) const { return caller_ && caller_->user_id() == user; }

private:
    explicit Actor(Caller const* caller)
        : caller_(caller)
    {
    }
    Caller const* caller_;
};

} // namespace gatehouse::domain
