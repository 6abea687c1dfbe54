// How people stood at a past moment, from rows around it.
#include "domain/access_then.h"

#include <gtest/gtest.h>

namespace gatehouse::domain {
namespace {

constexpr Instant at = Instant::from_milliseconds(1'000'000);

Standing ann()
{
    return {"ann", "ann@example.test", "staff", "active", std::nullopt, {}, Instant()};
}

NearChange change(std::string kind, bool earlier, std::string details, std::string about = "ann")
{
    return {std::move(about), std::move(kind), earlier ? 7 : 9, std::move(details), earlier};
}

AccessThen then(
    std::vector<NearChange> const& changes, Standing const& now = ann(), RolesThen const& roles = {}
)
{
    return access_then(now, changes, roles, *policy::Policy::shipped());
}

TEST(AccessThen, IsWhatStandsNowWhereTheLedgerKnowsNothing)
{
    auto const found = then({change("role", true, R"({"newValue":"owner"})", "bea")});
    EXPECT_EQ(found.role, "staff");
    EXPECT_EQ(found.status, "active");
    EXPECT_FALSE(found.role_row);
}

TEST(AccessThen, IsWhatTheLastRowMadeOfThem)
{
    auto const found = then(
        {change("role", false, R"({"newValue":"staff","oldValue":"owner"})"),
         change("role", true, R"({"newValue":"owner","oldValue":"admin"})"),
         change("status", true, R"({"newValue":"suspended","oldValue":"active"})")}
    );
    EXPECT_EQ(found.role, "owner");
    EXPECT_EQ(found.role_row, 7);
    EXPECT_EQ(found.status, "suspended");
    EXPECT_NE(
        in_words(found.grants, *policy::Policy::shipped()).find("clients.delete=1"),
        std::string::npos
    );
}

TEST(AccessThen, IsWhatTheNextRowFound)
{
    auto const found = then({change("role", false, R"({"newValue":"staff","oldValue":"admin"})")});
    EXPECT_EQ(found.role, "admin");
    EXPECT_FALSE(found.role_row);
}

TEST(AccessThen, KnowsCustomRolesAsTheyWere)
{
    CustomRole const now{
        .id = CustomRoleId("r"),
        .organization_id = OrganizationId("o"),
        .name = "Keepers",
        .permissions = {{"clients.delete", "1"}},
        .created_at = Instant()
    };
    auto const given = change("custom_role", true, R"({"newValue":"r"})");
    auto const words = [](AccessThen const& found) {
        auto const policy = policy::Policy::shipped();
        return in_words(found.grants, *policy, policy->find("clients.delete"));
    };
    EXPECT_EQ(words(then({given}, ann(), RolesThen({now}, {}, at))), "clients.delete=1");
    auto const widened
        = change("definition", false, R"({"newValue":"clients.delete=1","oldValue":""})", "r");
    auto const before = then({given}, ann(), RolesThen({now}, {widened}, at));
    EXPECT_EQ(before.custom_role, "Keepers");
    EXPECT_EQ(words(before), "");
    auto const deleted = change("definition", false, R"({"oldValue":"clients.delete=1"})", "r");
    auto const gone_by_now = then({given}, ann(), RolesThen({}, {deleted}, at));
    EXPECT_EQ(words(gone_by_now), "clients.delete=1");
    EXPECT_EQ(gone_by_now.custom_role_id, "r");
    EXPECT_FALSE(gone_by_now.custom_role);
    auto const gone_by_then = change("definition", true, R"({"oldValue":"clients.delete=1"})", "r");
    EXPECT_FALSE(then({given}, ann(), RolesThen({}, {gone_by_then}, at)).custom_role_id);
    auto const made_later = change("definition", false, R"({"newValue":"clients.delete=1"})", "r");
    EXPECT_FALSE(then({given}, ann(), RolesThen({now}, {made_later}, at)).custom_role_id);
    auto const taken = change("custom_role", true, R"({"oldValue":"r"})");
    EXPECT_FALSE(then({taken}, ann(), RolesThen({now}, {}, at)).custom_role_id);
}

} // namespace
} // namespace gatehouse::domain
