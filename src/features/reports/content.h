// What stands in a report.
#pragma once

#include "domain/services.h"
#include "features/reports/rules.h"

#include <string>

namespace gatehouse::reports {

// The whole file. Read batch by batch, each in a unit of work of its own. Throws Refusal where it
// would be too large.
Async<std::string> content_of(
    domain::Services& services,
    domain::OrganizationId organization,
    ReportType type,
    Format format,
    Instant now
);

} // namespace gatehouse::reports
