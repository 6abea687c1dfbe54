// The ledger row of what an actor did to somebody or something of an organization.
#pragma once

#include "domain/actor.h"
#include "domain/request_facts.h"

namespace gatehouse::domain {

// In the chain of `organization`; who did it is nobody where it was the provisioner or the
// operator, and a command has neither a status nor an address that it came from.
inline LedgerEntry
deed(RequestFacts const& facts, Actor actor, Event event, int status, OrganizationId organization)
{
    auto entry = ledger_entry(facts, event, Outcome::success, status);
    entry.organization_id = std::move(organization);
    if (auto const* const caller = actor.caller()) {
        entry.actor_id = caller->user_id();
        entry.session_id = caller->session_id();
    } else if (actor.is_operator()) {
        entry.details["by"] = "operator command";
        entry.status.reset();
        entry.ip_address.reset();
    } else {
        entry.details["provisioner"] = true;
    }
    return entry;
}

// The same, about a person.
inline LedgerEntry
deed(RequestFacts const& facts, Actor actor, Event event, int status, User const& concerned)
{
    auto entry = deed(facts, actor, event, status, concerned.organization_id);
    entry.user_id = concerned.id;
    entry.resource = "user";
    entry.resource_id = concerned.id.text();
    return entry;
}

} // namespace gatehouse::domain
