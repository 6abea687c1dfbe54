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

NearChange transferred(bool earlier, std::string giver, std::string heir, std::string about)
{
    auto row = change(
        "role",
        earlier,
        R"({"heirRole":"manager","newValue":")" + heir + R"(","oldValue":")" + giver + R"("})",
        std::move(about)
    );
    row.event = "ORGANIZATION_TRANSFERRED";
    return row;
}

TEST(AccessThen, AnOrganizationThatWasGivenAwayMadeAnOwnerAndAnAdmin)
{
    EXPECT_EQ(then({transferred(true, "bea", "ann", "ann")}).role, "owner");
    EXPECT_EQ(then({transferred(true, "ann", "bea", "ann")}).role, "admin");
    EXPECT_EQ(then({transferred(true, "ann", "bea", "ann")}).role_row, 7);
    EXPECT_EQ(then({transferred(false, "bea", "ann", "ann")}).role, "manager");
    EXPECT_EQ(then({transferred(false, "ann", "bea", "ann")}).role, "owner");
}

TEST(AccessThen, ATransferThatDoesNotSayWhatTheHeirWasIsReadWithHowTheyJoined)
{
    auto after = transferred(false, "bea", "ann", "ann");
    after.details = R"({"newValue":"ann","oldValue":"bea"})";
    auto joined = change("joined", true, R"({"role":"staff"})");
    joined.event = "INVITATION_ACCEPTED";
    EXPECT_EQ(then({after, joined}).role, "staff");
    auto const unknown = then({after});
    EXPECT_EQ(unknown.role, "unknown");
    EXPECT_EQ(in_words(unknown.grants, *policy::Policy::shipped()), "");
}

TEST(AccessThen, ADeniedSignInThatSuspendsCounts)
{
    auto denied = change("status", true, R"({"suspended":true})");
    denied.event = "FORCE_LOGOUT";
    EXPECT_EQ(then({denied}).status, "suspended");
    EXPECT_EQ(then({denied}).status_row, 7);
    denied.earlier = false;
    auto suspended_by_now = ann();
    suspended_by_now.status = "suspended";
    EXPECT_EQ(then({denied}, suspended_by_now).status, "active");
}

TEST(AccessThen, OfWhoIsGoneTheLedgerAloneTells)
{
    Standing const gone{"ann", "", "", "active", std::nullopt, {}, Instant()};
    auto joined = change("joined", true, R"({"role":"admin"})");
    joined.event = "USER_CREATED";
    EXPECT_EQ(then({joined}, gone).role, "admin");
    EXPECT_EQ(then({joined}, gone).role_row, 7);
    auto const left
        = change("left", false, R"({"custom_role":"r","role":"manager","status":"suspended"})");
    auto const found = then({joined, left}, gone);
    EXPECT_EQ(found.role, "manager") << "by SQL, since they joined";
    EXPECT_EQ(found.status, "suspended");
    auto const before = change("role", false, R"({"newValue":"manager","oldValue":"staff"})");
    EXPECT_EQ(then({joined, left, before}, gone).role, "staff");
    EXPECT_EQ(then({left}, ann()).role, "staff") << "there is a row of theirs";
    EXPECT_EQ(then({}, gone).role, "unknown");
    joined.event = "REGISTER";
    joined.details = "{}";
    EXPECT_EQ(then({joined}, gone).role, "owner");
}

} // namespace
} // namespace gatehouse::domain
