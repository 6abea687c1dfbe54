// What an organization shows its auditors, read piece by piece however much it is (api §9).
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::domain {

// Of what happened from one moment on, before another.
struct EvidenceScope {
    OrganizationId organization;
    Instant from;
    Instant until; // the first moment that does not belong to it
};

struct EvidenceMark { // behind this row
    Instant at;
    std::int64_t id = 0;
    friend bool operator==(EvidenceMark const&, EvidenceMark const&) = default;
};

struct EvidenceRow {
    std::int64_t id = 0;
    Instant at;
    std::string event;
    std::string outcome;
    std::optional<std::string> user_id;
    std::optional<std::string> actor_id;
    std::optional<std::string> session_id;
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;
    std::optional<std::string> resource;
    std::optional<std::string> resource_id;
    std::optional<std::string> correlation_id;
    std::string details; // JSON, an object
    std::optional<std::string> email; // nothing once it was erased, as the others that are personal
    std::optional<std::string> personal; // JSON, an object
};

struct SessionEvidence { // begun in the period
    std::string id;
    std::string user_id;
    std::string email;
    std::string surface;
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;
    std::optional<std::string> device_name;
    std::optional<std::string> country;
    std::optional<std::string> city;
    std::optional<std::int64_t> risk_score;
    bool degraded = false;
    Instant created_at;
    Instant last_seen_at;
    Instant expires_at;
    Instant absolute_expires_at;
    std::optional<Instant> logged_out_at;
    std::optional<Instant> revoked_at;
    std::optional<std::string> revoke_reason;
    std::optional<std::string> revoked_by;
};

struct TokenEvidence { // of a refresh token that was issued in the period; never the token or its
                       // digest
    std::string id;
    std::string user_id;
    std::string session_id;
    std::string family_id;
    std::optional<std::string> parent_id;
    std::optional<std::string> replaced_by;
    Instant issued_at;
    Instant expires_at;
    bool is_revoked = false;
    std::optional<Instant> revoked_at;
    std::optional<std::string> revoke_reason;
    std::optional<Instant> suspicious_reuse_at;
};

struct EventTally { // how many rows of one event ended in one way
    std::string event;
    std::string outcome;
    std::int64_t rows = 0;
};

class AccessEvidence;

class Evidence {
public:
    virtual ~Evidence() = default;
    virtual AccessEvidence& access() = 0; // who could do what, and the campaigns that review it
    // At most `limit` rows behind a mark, oldest first. Of every event where none is named.
    virtual Async<std::vector<EvidenceRow>> ledger(
        EvidenceScope scope, std::vector<std::string> events, EvidenceMark after, std::int64_t limit
    ) = 0;
    // Behind an id, in the order of ids.
    virtual Async<std::vector<SessionEvidence>>
    sessions(EvidenceScope scope, std::string after, std::int64_t limit) = 0;
    virtual Async<std::vector<TokenEvidence>>
    refresh_tokens(EvidenceScope scope, std::string after, std::int64_t limit) = 0;
    virtual Async<std::vector<EventTally>> tally(EvidenceScope scope) = 0;
};

} // namespace gatehouse::domain
