// The ledger of one organization, as those who may look into it read it.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"
#include "domain/ledger.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::domain {

struct AuditRow {
    std::int64_t id = 0;
    Instant at;
    std::string event; // the name of api §10
    std::string outcome;
    std::optional<std::int64_t> status = {};
    std::optional<UserId> actor = {};
    std::optional<UserId> user = {};
    std::optional<SessionId> session = {};
    std::optional<std::string> resource = {};
    std::optional<std::string> resource_id = {};
    std::optional<std::string> correlation_id = {};
    std::string details; // JSON, an object
    // Nothing once it was erased:
    std::optional<std::string> ip_address = {};
    std::optional<std::string> user_agent = {};
    std::optional<std::string> email = {};
    std::optional<std::string> personal = {}; // JSON, an object
};

// What is empty is not asked about.
struct AuditFilter {
    Instant from = {};
    Instant to = {}; // the first moment that is not asked about
    std::string event = {};
    std::vector<std::string> events = {}; // one of these
    std::string outcome = {};
    UserId user = {};
    UserId actor = {};
    UserId impersonator = {}; // who acted as the actor
    std::string resource = {};
    std::string resource_id = {};
    std::string ip_address = {}; // as Address::text() writes it
    std::string search = {}; // in every text of the row, A–Z in any case
};

struct AuditWindow {
    bool oldest_first = false;
    std::int64_t limit = 0;
    std::int64_t offset = 0;
};

struct AuditTally { // how many rows of one event ended in one way
    std::string event;
    std::string outcome;
    std::int64_t rows = 0;
};

struct AuditDay {
    std::string day; // 2026-11-22
    std::int64_t rows = 0;
    std::int64_t unsuccessful = 0; // failures and denials
};

struct ControlWord {
    bool works = true;
    Instant at;
    bool operator==(ControlWord const&) const = default;
};

class AuditLog {
public:
    virtual ~AuditLog() = default;
    virtual Async<std::int64_t> count(OrganizationId organization, AuditFilter filter) = 0;
    virtual Async<std::vector<AuditRow>>
    list(OrganizationId organization, AuditFilter filter, AuditWindow window) = 0;
    virtual Async<std::optional<AuditRow>> find(OrganizationId organization, std::int64_t id) = 0;
    // Whether such a row is about the person since then.
    virtual Async<bool>
    has_happened(OrganizationId organization, UserId user, Event event, Instant since) = 0;
    // In the order of their names.
    virtual Async<std::vector<AuditTally>>
    tally(OrganizationId organization, Instant from, Instant to) = 0;
    // Days without rows are left out.
    virtual Async<std::vector<AuditDay>> days(OrganizationId organization, Instant from, Instant to)
        = 0;
    // The newest word about each control that was ever told of.
    virtual Async<std::map<std::string, ControlWord>> controls_told() = 0;
};

} // namespace gatehouse::domain
