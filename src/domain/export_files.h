// The files of the evidence bundle, and the events that each of them holds (spec/api §9, §10).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::domain {

struct ExportFile {
    std::string_view criterion; // CC6
    std::string_view folder; // CC6_Access_Control
    std::string_view name; // access_logs
    std::vector<std::string> events;
};

// In the order of the bundle.
std::vector<ExportFile> const& export_files();

// Throws std::logic_error where there is none of this name.
ExportFile const& export_file(std::string_view name);

// How and by whom an account was entered, or was not.
std::vector<std::string> login_events();

// Whatever tells of how an organization is kept safe: CC7, CC8 and CC9, each event once.
std::vector<std::string> security_events();

} // namespace gatehouse::domain
