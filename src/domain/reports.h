// Reports: the files that are written after their resource was created, and the rows they are made
// of.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"
#include "domain/resources.h"
#include "domain/sessions.h"
#include "domain/users.h"
#include "policy/policy.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::domain {

// Attributes that every report has, and those that come and go while it is written.
inline constexpr char const* report_status = "status"; // generating, ready, failed
inline constexpr char const* report_claim = "claimedAt"; // since when somebody writes it

struct ReportFile {
    std::string content_type;
    std::string bytes;
};

struct ReportPiece { // of the bytes, from an offset on
    std::string content_type;
    Instant written_at; // another one: another file by now
    std::int64_t size = 0; // of all of it
    std::string bytes;
};

struct ReportCounts { // of an organization
    std::int64_t kept = 0;
    std::int64_t unfinished = 0; // of these
};

struct PersonWithGrants {
    User user;
    std::vector<policy::Granted> granted; // beside the built-in role
};

struct SessionOfPerson {
    Session session;
    std::string email;
};

struct SignIn { // one outcome at the door, as the ledger has it
    std::int64_t id = 0;
    Instant at;
    std::string event;
    std::string outcome;
    std::optional<std::string> user_id;
    std::optional<std::string> email;
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;
};

class Reports {
public:
    virtual ~Reports() = default;

    // Whoever gets the row writes the report: the write itself decides between several. Nothing
    // where it is gone, ready with its file, given up, or claimed after `stale`. `changes` are
    // laid over the attributes (RFC 7396).
    virtual Async<std::optional<Resource>>
    claim(OrganizationId organization, ResourceId report, json::Object changes, Instant stale) = 0;
    // The end of one that is being written under this claim; false where it is gone, somebody was
    // faster, or the claim was taken away, as when somebody who is in it was erased.
    virtual Async<bool> settle(
        OrganizationId organization,
        ResourceId report,
        std::string claim,
        json::Object changes,
        Instant now
    ) = 0;
    virtual Async<void>
    keep(OrganizationId organization, ResourceId report, ReportFile file, Instant now) = 0;
    // At most `length` bytes behind `from`; nothing where there is no file.
    virtual Async<std::optional<ReportPiece>>
    piece(OrganizationId organization, ResourceId report, std::int64_t from, std::int64_t length)
        = 0;
    virtual Async<ReportCounts> counts(OrganizationId organization) = 0;

    // At most `limit` rows behind an id, in the order of the ids.
    virtual Async<std::vector<PersonWithGrants>>
    people(OrganizationId organization, UserId after, std::int64_t limit) = 0;
    virtual Async<std::vector<SessionOfPerson>>
    live_sessions(OrganizationId organization, Instant now, SessionId after, std::int64_t limit)
        = 0;
    virtual Async<std::vector<SignIn>>
    sign_ins(OrganizationId organization, Instant since, std::int64_t after, std::int64_t limit)
        = 0;
};

} // namespace gatehouse::domain
