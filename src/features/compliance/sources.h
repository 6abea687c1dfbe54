// The files that there are.
#pragma once

#include "features/compliance/walk.h"

#include <string_view>
#include <vector>

namespace gatehouse::compliance {

// One of the bundle's, by its name. Throws std::logic_error where there is none.
Source bundle_source(std::string_view name);

struct BundleFile {
    std::string path; // CC6_Access_Control/access_logs.csv
    Source source;
};
std::vector<BundleFile> bundle_files(Format format);

Source audit_log_source(); // every event
Source login_history_source();
Source security_event_source(); // whatever tells of how the organization is kept safe

} // namespace gatehouse::compliance
