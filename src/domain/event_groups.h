// The groups of events of spec/api §10, by the criteria that auditors ask about.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::domain {

// CC6 access, CC7 operations, CC8 incidents, CC9 monitoring. An event may be in two of them, or in
// none.
std::vector<std::string> groups_of(std::string_view event);

// Nothing where there is no such group.
std::optional<std::vector<std::string>> events_in_group(std::string_view group);

// Whether an event has this name.
bool is_event_name(std::string_view name);

} // namespace gatehouse::domain
