// The score of one sign-in or refresh: read, judged, and kept so that it can be explained
// (behaviours §8).
#pragma once

#include "core/async.h"
#include "core/json.h"
#include "domain/ledger.h"
#include "domain/opening_session.h"
#include "domain/request_facts.h"
#include "domain/risk.h"
#include "domain/services.h"
#include "domain/storage.h"
#include "domain/users.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::domain {

// What the history says of somebody, or why nobody can tell.
struct LookBack {
    UserId user;
    CanonicalAddress address; // of the person, then
    Presented presented;
    FromHistory found = {};
    std::optional<std::string> failure = {};
};

Presented presented_by(Device const& device, RequestFacts const& facts);

// In a short unit of its own, or out of what was read a moment ago. Never throws what the reading
// throws: a secondary control must not cause an outage, nor be off in silence (decisions D-65).
Async<LookBack> look_back(Services& services, User const& user, Presented presented);

// A score with everything that it rests on.
struct Assessment {
    int score = 0;
    Band band = Band::pass;
    Fired fired = {};
    Baseline baseline = {};
    Presented presented = {};
    std::optional<std::string> failure = {}; // then the score is 0
};

// What the ledger, and a challenge that waits, keep of it.
struct RiskRecord {
    int score = 0;
    Band band = Band::pass;
    std::optional<std::string> failure = {};
    std::vector<std::string> reasons = {}; // the signals that added to the score
    json::Value details
        = {}; // nothing personal: signals, shares, thresholds, what would have lowered it
    json::Value personal = {}; // places and devices that were compared
};
RiskRecord record_of(Assessment const& assessment, RiskRules const& rules);
SessionRisk session_risk_of(RiskRecord const& record);

// In the unit of work that acts on it: failures of the address are counted as they are now
// (decisions D-67).
Async<RiskRecord> assess(Services& services, UnitOfWork& work, LookBack looked);

// The reuse of a refresh token stands for itself, whatever the history says.
RiskRecord risk_of_reuse(RiskRules const& rules);

// As `risk` of the row.
void put_risk(LedgerEntry& entry, RiskRecord const& record);

// For the context of a challenge, and back. Nothing for what was not written by it.
json::Value to_json(RiskRecord const& record);
std::optional<RiskRecord> parse_risk(json::Value const& value);

// One ANOMALY_CHECK_SKIPPED row with the cause, where the score could not be told.
Async<void> record_skipped(
    UnitOfWork& work,
    RequestFacts const& facts,
    User const& user,
    std::optional<SessionId> session,
    RiskRecord const& record
);

} // namespace gatehouse::domain
