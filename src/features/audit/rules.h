// What may be asked of the ledger, and how its rows are told.
#pragma once

#include "domain/audit_log.h"
#include "domain/period.h"
#include "features/audit/messages.h"
#include "http/paging.h"

#include <string>
#include <vector>

namespace gatehouse::audit {

struct Wanted {
    domain::AuditFilter filter;
    domain::AuditWindow window;
    http::Paging paging;
};

Wanted understood(ListRequest const& request, Instant now); // throws Refusal

// What the next page must be asked for besides its number.
std::string same_list(ListRequest const& request);

AuditView view_of(domain::AuditRow const& row);

Summary summary_of(
    domain::Period const& period,
    std::vector<domain::AuditTally> const& tallies,
    std::vector<domain::AuditDay> const& days
);

} // namespace gatehouse::audit
