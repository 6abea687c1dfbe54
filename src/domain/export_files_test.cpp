// The files of the bundle against the groups of events.
#include "domain/export_files.h"

#include "domain/event_groups.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace gatehouse::domain {
namespace {

bool holds(char const* file, char const* event)
{
    auto const& events = export_file(file).events;
    return std::ranges::find(events, event) != events.end();
}

TEST(ExportFiles, HoldKnownEventsAlone)
{
    EXPECT_EQ(export_files().size(), 10U);
    for (auto const& file : export_files()) {
        EXPECT_FALSE(file.events.empty()) << file.name;
        for (auto const& event : file.events)
            EXPECT_TRUE(is_event_name(event)) << file.name << " " << event;
        EXPECT_EQ(std::set(file.events.begin(), file.events.end()).size(), file.events.size());
    }
    EXPECT_THROW(export_file("nothing"), std::logic_error);
}

TEST(ExportFiles, LeaveNoEventOfAGroupOut)
{
    for (auto const* const criterion : {"CC6", "CC7", "CC8", "CC9"}) {
        auto const events = events_in_group(criterion).value();
        for (auto const& event : events) {
            auto const held = std::ranges::any_of(export_files(), [&](ExportFile const& file) {
                return holds(std::string(file.name).c_str(), event.c_str());
            });
            EXPECT_TRUE(held) << criterion << " " << event;
        }
    }
}

TEST(ExportFiles, AreWhatTheSpecificationSays)
{
    EXPECT_TRUE(holds("access_logs", "LOGIN_SUCCESS"));
    EXPECT_TRUE(holds("access_logs", "LOGOUT")) << "it is in session_invalidations too";
    EXPECT_TRUE(holds("session_invalidations", "LOGOUT"));
    EXPECT_FALSE(holds("access_logs", "ROLE_CHANGED"));
    EXPECT_FALSE(holds("access_logs", "IMPERSONATION_STARTED"));
    EXPECT_FALSE(holds("security_events", "IP_RULE_CREATED"));
    EXPECT_FALSE(holds("security_events", "SESSION_REVOKED"));
    EXPECT_TRUE(holds("security_events", "DATA_EXPORT_STARTED"));
    EXPECT_TRUE(holds("security_incidents", "ACCOUNT_LOCKED"));
    EXPECT_EQ(export_file("security_incidents").events, *events_in_group("CC8"));
    EXPECT_EQ(export_file("anomaly_decisions").events, *events_in_group("CC9"));
    EXPECT_EQ(export_file("step_up_challenges").events.size(), 4U);
    auto const all = security_events();
    EXPECT_EQ(std::set(all.begin(), all.end()).size(), all.size());
}

} // namespace
} // namespace gatehouse::domain
