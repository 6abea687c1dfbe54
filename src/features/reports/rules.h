// What a report is: its type, its format, and where it stands.
#pragma once

#include "core/time.h"
#include "domain/resource_writing.h"
#include "domain/resources.h"
#include "features/reports/messages.h"
#include "policy/permission.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::reports {

inline constexpr char const* resource_type = "report"; // of the policy

enum class ReportType { user_access, sessions, login_history };
enum class Format { csv, json };
enum class Status { generating, ready, failed };
std::string_view to_text(ReportType type); // `user-access`
std::string_view to_text(Format format);
std::string_view to_text(Status status);

// What somebody must hold everywhere in the organization, beside the permission to create reports,
// for a report of that type: nobody learns from a report what they may not see (docs/decisions).
policy::Permission permission_for(ReportType type);

// As stored, whoever wrote it: types and formats that do not exist are nothing.
struct Standing {
    std::optional<ReportType> type = {};
    std::optional<Format> format = {};
    Status status = Status::generating;
    std::optional<std::string> claimed_at = {};
    std::int64_t attempts = 0;
    std::optional<std::string> problem = {};
};
Standing standing_of(domain::Resource const& report);

// Whoever began to write it and has not come to an end by then is not waited for any more.
constexpr Duration longest_writing = 60s;
constexpr std::int64_t most_attempts = 5;
bool waits_for_a_writer(Standing const& standing, Instant now);

// Of one organization (docs/decisions/0013-reports.md).
constexpr std::int64_t most_kept = 1000; // until somebody deletes one
constexpr std::int64_t most_unfinished = 20; // at a time

// The organization that a body names; nothing where it names none. Throws Refusal, 400.
std::optional<domain::OrganizationId> organization_in(http::Given const& given);

struct NewReport {
    ReportType type;
    domain::NewResource resource;
};
NewReport new_report(CreateRequest const& request, Instant now); // throws Refusal, 400
domain::ResourceChange change_of(ChangeRequest const& request); // throws Refusal, 400 or 403

ReportView view_of(domain::Resource const& report);

} // namespace gatehouse::reports
