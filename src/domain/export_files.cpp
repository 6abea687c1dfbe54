// One table: a file holds the events that it names, or what its folder's other files leave of its
// criterion.
#include "domain/export_files.h"

#include "domain/event_groups.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <stdexcept>

namespace gatehouse::domain {
namespace {

struct Declared {
    std::string_view criterion;
    std::string_view folder;
    std::string_view name;
    std::string_view events; // separated by blanks, or one of these:
};
constexpr std::string_view the_rest = ""; // what the folder's other files leave of the criterion
constexpr std::string_view all_of_it = "*";

constexpr std::string_view access = "CC6_Access_Control";
constexpr std::string_view operations = "CC7_Security_Operations";
constexpr std::string_view incidents = "CC8_Incident_Response";
constexpr std::string_view monitoring = "CC9_Monitoring";
constexpr std::array declared{
    Declared{"CC6", access, "access_logs", the_rest},
    Declared{
        "CC6",
        access,
        "role_changes",
        "ROLE_CHANGED PERMISSION_CHANGED USER_SUSPENDED USER_REACTIVATED ASSIGNMENT_CHANGED"
    },
    Declared{"CC6", access, "impersonation_events", "IMPERSONATION_STARTED IMPERSONATION_ENDED"},
    Declared{"CC7", operations, "security_events", the_rest},
    Declared{
        "CC7", operations, "ip_rule_changes", "IP_RULE_CREATED IP_RULE_UPDATED IP_RULE_DELETED"
    },
    Declared{
        "CC7",
        operations,
        "session_invalidations",
        "LOGOUT LOGOUT_ALL SESSION_REVOKED FORCE_LOGOUT PASSWORD_RESET_COMPLETED"
    },
    Declared{"CC8", incidents, "security_incidents", all_of_it},
    Declared{"CC8", incidents, "token_reuse_incidents", "REFRESH_TOKEN_REUSE_DETECTED"},
    Declared{"CC9", monitoring, "anomaly_decisions", all_of_it},
    Declared{
        "CC9",
        monitoring,
        "step_up_challenges",
        "STEP_UP_REQUIRED STEP_UP_VERIFIED STEP_UP_FAILED STEP_UP_BYPASSED"
    },
};

std::vector<std::string> words_in(std::string_view text)
{
    std::istringstream stream{std::string(text)};
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

std::vector<std::string> events_of_group(std::string_view criterion)
{
    auto events = events_in_group(criterion);
    if (!events)
        throw std::logic_error("there is no group " + std::string(criterion));
    return std::move(*events);
}

std::vector<std::string> events_of(Declared const& file)
{
    if (file.events == all_of_it)
        return events_of_group(file.criterion);
    if (file.events != the_rest)
        return words_in(file.events);
    auto events = events_of_group(file.criterion);
    for (auto const& other : declared)
        if (other.folder == file.folder)
            for (auto const& event : words_in(other.events))
                std::erase(events, event);
    return events;
}

std::vector<ExportFile> all_files()
{
    std::vector<ExportFile> files;
    for (auto const& file : declared)
        files.push_back({file.criterion, file.folder, file.name, events_of(file)});
    return files;
}

} // namespace

std::vector<ExportFile> const& export_files()
{
    static auto const files = all_files();
    return files;
}

ExportFile const& export_file(std::string_view name)
{
    auto const& files = export_files();
    auto const found = std::ranges::find(files, name, &ExportFile::name);
    if (found == files.end())
        throw std::logic_error("there is no file " + std::string(name));
    return *found;
}

std::vector<std::string> login_events()
{
    return words_in("LOGIN_SUCCESS LOGIN_FAILURE LOGIN_BLOCKED_UNVERIFIED LOGIN_BLOCKED_SUSPENDED "
                    "TWO_FACTOR_REQUIRED ACCOUNT_LOCKED ANOMALY_SCORE_MEDIUM ANOMALY_SCORE_HIGH");
}

std::vector<std::string> security_events()
{
    std::vector<std::string> all;
    for (auto const* const criterion : {"CC7", "CC8", "CC9"})
        for (auto& event : events_of_group(criterion))
            if (std::ranges::find(all, event) == all.end())
                all.push_back(std::move(event));
    return all;
}

} // namespace gatehouse::domain
