// Lists that do not fit: CSV of everybody with a bounded part of it in memory, and lists that say
// where the rest is (decisions D-102).
#include "features/members/csv.h"
#include "features/members/streaming.h"
#include "support/world_fixture.h"

#include <algorithm>
#include <set>
#include <sstream>

namespace gatehouse::testing {
namespace {

constexpr char const* csv = "/api/organizations/house/users?format=csv";

class LongLists : public InAWorld {
protected:
    Person owner = world.add_person("owner@a.test", "house");
    std::string token = world.signed_in(owner).text("token");

    // Every other one joined in the same moment, and many share a name.
    void add_members(int count)
    {
        world.outside().query(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) "
            "INSERT INTO users (id, organization_id, email, first_name, role, created_at, "
            "updated_at) SELECT 'member' || i, 'house', 'member' || i || '@a.test', "
            "'Name' || (i % 100), 'staff', $2, $2 FROM n",
            sql::values(count, world.clock.now())
        );
    }
    http::Streamed stream(members::ListRequest const& request = {})
    {
        return world.run(members::streamed_csv(
            world.storage(), domain::OrganizationId("house"), members::understood(request)
        ));
    }
    bool next(http::Streamed& from, std::string& into) { return world.run(from.body->next(into)); }
    // The ids of a CSV, in its order.
    static std::vector<std::string> ids_of(std::string const& text)
    {
        std::vector<std::string> ids;
        std::istringstream lines(text);
        std::string line;
        std::getline(lines, line);
        EXPECT_EQ(line + "\n", members::csv_head);
        while (std::getline(lines, line))
            ids.push_back(line.substr(0, line.find(',')));
        return ids;
    }
    // Everybody once, and never more than a batch in hand.
    void expect_bounded(members::ListRequest const& request, std::size_t people)
    {
        auto whole = stream(request);
        std::set<std::string> met;
        std::string piece;
        std::size_t longest = 0;
        for (bool more = true; more;) {
            piece.clear();
            more = next(whole, piece);
            longest = std::max(longest, piece.size());
            if (met.empty())
                piece.erase(0, members::csv_head.size());
            EXPECT_LE(std::ranges::count(piece, '\n'), members::csv_batch);
            std::istringstream lines(piece);
            for (std::string line; std::getline(lines, line);)
                EXPECT_TRUE(met.insert(line.substr(0, line.find(','))).second) << line;
        }
        EXPECT_EQ(met.size(), people) << request.sort.value_or("");
        EXPECT_LT(longest, 200'000U);
    }
    static std::string next_in(Answer const& answer)
    {
        auto const link = answer.header("Link");
        return link.empty() ? "" : link.substr(1, link.find('>') - 1);
    }
    // Every id of a list, by following what it says.
    std::vector<std::string> followed(std::string target)
    {
        std::vector<std::string> ids;
        while (!target.empty()) {
            auto const answer = world.call(get(target).as(token));
            EXPECT_EQ(answer.status, 200) << answer.body;
            auto const* const page = answer.json.find("data");
            for (auto const& one : *(page ? page : &answer.json)->array())
                ids.push_back(*one.find("id")->text());
            target = next_in(answer);
        }
        return ids;
    }
};
INSTANTIATE_ON_BOTH_DATABASES(LongLists);

TEST_P(LongLists, FortyFiveThousandMembersAreInMemoryFewAtATime)
{
    add_members(44'999);
    expect_bounded({}, 45'000);
}

TEST_P(LongLists, InEveryOrder)
{
    add_members(3'999);
    expect_bounded({.sort = "createdAt", .order = "desc"}, 4'000);
    expect_bounded({.sort = "email"}, 4'000);
    expect_bounded({.sort = "firstName", .order = "desc"}, 4'000);
    expect_bounded({.sort = "lastName"}, 4'000);
}

TEST_P(LongLists, TheOrderOfCsvIsThatOfTheList)
{
    add_members(899);
    for (std::string const order :
         {"",
          "&sort=createdAt&order=desc",
          "&sort=email",
          "&sort=email&order=desc",
          "&sort=firstName",
          "&sort=firstName&order=desc",
          "&sort=lastName"}) {
        auto const list = world.call(get("/api/organizations/house/users?" + order).as(token));
        std::vector<std::string> listed;
        for (auto const& one : *list.json.array())
            listed.push_back(*one.find("id")->text());
        auto const text = world.call(get(csv + order).as(token));
        EXPECT_FALSE(text.is_cut);
        EXPECT_EQ(ids_of(text.body), listed) << order;
        EXPECT_EQ(listed.size(), 900U);
    }
}

// Whoever reads slowly keeps nobody waiting: between two pieces there is no statement and no unit.
TEST_P(LongLists, BetweenPiecesTheDatabaseIsFree)
{
    add_members(1'500);
    std::vector<http::Streamed> waiting;
    std::string piece;
    for (int each = 0; each < 100; ++each) { // more than there are connections
        waiting.push_back(stream());
        EXPECT_TRUE(next(waiting.back(), piece));
    }
    EXPECT_EQ(world.call(get("/api/organizations/house").as(token)).status, 200);
    EXPECT_EQ(
        world.call(patch("/api/organizations/house", {{"name", "Other"}}).as(token)).status, 200
    );
    EXPECT_TRUE(next(waiting.front(), piece)) << "the first goes on";
    world.faults().arm({.nth = 1'000'000});
    waiting.clear();
    EXPECT_EQ(world.faults().seen(), 0U) << "who goes away leaves nothing to be done";
}

TEST_P(LongLists, ADatabaseThatFailsIsSaidAtOnceOrBreaksOff)
{
    add_members(1'500);
    auto const call = get(csv).as(token);
    world.faults().arm({.nth = 1'000'000});
    ASSERT_FALSE(world.call(call).is_cut);
    auto const statements = world.faults().seen();
    int refused = 0;
    int cut = 0;
    for (std::size_t nth = 1; nth <= statements; ++nth) {
        world.faults().arm({.nth = nth, .kind = FaultKind::disconnect});
        auto const answer = world.call(call);
        ASSERT_TRUE(world.faults().fired()) << nth;
        refused += answer.status == 503 ? 1 : 0;
        cut += answer.is_cut ? 1 : 0;
        EXPECT_TRUE(answer.status == 503 || answer.is_cut)
            << nth << " of " << statements << ": " << answer.status;
    }
    world.faults().disarm();
    EXPECT_GT(refused, 0);
    EXPECT_GT(cut, 0);
}

TEST_P(LongLists, FollowingTheListOfMembersGivesEverybody)
{
    add_members(1'234);
    auto const ids = followed("/api/organizations/house/users?role=staff&sort=email");
    EXPECT_EQ(ids.size(), 1'234U);
    EXPECT_EQ(std::set(ids.begin(), ids.end()).size(), 1'234U);
}

TEST_P(LongLists, FollowingTheListOfInvitationsGivesAllOfThem)
{
    world.outside().query(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1150) "
        "INSERT INTO invitations (id, organization_id, email, role, token_hash, created_at, "
        "expires_at) SELECT 'invitation' || i, 'house', 'new' || i || '@a.test', 'staff', "
        "'hash' || i, $1, $2 FROM n",
        sql::values(world.clock.now(), world.clock.now() + 24h)
    );
    std::string const path = "/api/organizations/house/invitations";
    auto const first = world.call(get(path).as(token));
    EXPECT_EQ(first.json.array()->size(), 1'000U);
    EXPECT_EQ(first.header("X-Total-Count"), "1150");
    EXPECT_EQ(next_in(first), path + "?page=11&limit=100");
    auto const page = world.call(get(path + "?page=12&limit=100").as(token));
    EXPECT_EQ(page.number("total"), 1150);
    EXPECT_EQ(page.number("pages"), 12);
    EXPECT_EQ(page.header("Link"), "");
    EXPECT_EQ(world.call(get(path + "?limit=101").as(token)).status, 400);
    auto const ids = followed(path);
    EXPECT_EQ(ids.size(), 1'150U);
    EXPECT_EQ(std::set(ids.begin(), ids.end()).size(), 1'150U);
}

} // namespace
} // namespace gatehouse::testing
