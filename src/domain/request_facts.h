// What every outcome of one request has in common, and the ledger row that starts from it.
#pragma once

#include "core/time.h"
#include "domain/ledger.h"
#include "domain/sessions.h"
#include "domain/users.h"

#include <optional>
#include <string>

namespace gatehouse::domain {

struct RequestFacts {
    Instant now;
    std::string request_id;
    std::string client_address;
    std::optional<std::string> user_agent;
    Surface surface = Surface::account;
    std::optional<UserId> impersonator = {}; // who acts in the caller's name, if anybody does
};

// Every row of a request begins here: time, request id, address, user agent, and both names where
// somebody acts as somebody else. It concerns nobody yet.
inline LedgerEntry ledger_entry(RequestFacts const& facts, Event event, Outcome outcome, int status)
{
    LedgerEntry entry{.created_at = facts.now, .event = event};
    entry.outcome = outcome;
    entry.status = status;
    entry.correlation_id = facts.request_id;
    entry.ip_address = facts.client_address;
    entry.user_agent = facts.user_agent;
    entry.impersonator_id = facts.impersonator;
    return entry;
}

// The same, about a person who acted alone.
inline LedgerEntry
ledger_entry(RequestFacts const& facts, Event event, Outcome outcome, int status, User const& user)
{
    auto entry = ledger_entry(facts, event, outcome, status);
    entry.organization_id = user.organization_id;
    entry.user_id = user.id;
    entry.actor_id = user.id;
    return entry;
}

} // namespace gatehouse::domain
