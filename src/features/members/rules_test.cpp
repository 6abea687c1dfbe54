// What a list may be asked for.
#include "features/members/rules.h"

#include "domain/refusal.h"

#include <gtest/gtest.h>

#include <limits>

namespace gatehouse::members {
namespace {

std::string refused(ListRequest const& request)
{
    try {
        understood(request);
    } catch (domain::Refusal const& refusal) {
        return refusal.details.at(0).field;
    }
    return "";
}

TEST(MemberLists, NothingAskedIsThePlainList)
{
    auto const wanted = understood({});
    EXPECT_FALSE(wanted.paging.is_paged);
    EXPECT_FALSE(wanted.is_csv);
    EXPECT_EQ(wanted.window.sort, domain::MemberSort::created_at);
    EXPECT_FALSE(wanted.window.descending);
}

TEST(MemberLists, PagesBeginWhereTheLastOneEnded)
{
    auto const wanted = understood({.page = 3, .limit = 10});
    EXPECT_TRUE(wanted.paging.is_paged);
    EXPECT_EQ(wanted.window.limit, 10);
    EXPECT_EQ(wanted.window.offset, 20);
    EXPECT_EQ(understood({.limit = 7}).paging.page, 1);
    EXPECT_EQ(understood({.page = 2}).window.offset, http::usual_page);
}

TEST(MemberLists, WordsAndNumbersOutsideTheirBoundsAreNamed)
{
    EXPECT_EQ(refused({.role = "Owner"}), "role");
    EXPECT_EQ(refused({.role = ""}), "role");
    EXPECT_EQ(refused({.status = "deleted"}), "status");
    EXPECT_EQ(refused({.sort = "created_at"}), "sort");
    EXPECT_EQ(refused({.order = "DESC"}), "order");
    EXPECT_EQ(refused({.format = "xml"}), "format");
    EXPECT_EQ(refused({.page = 0}), "page");
    EXPECT_EQ(refused({.page = std::numeric_limits<std::int64_t>::max()}), "page");
    EXPECT_EQ(refused({.limit = 0}), "limit");
    EXPECT_EQ(refused({.limit = 101}), "limit");
    EXPECT_EQ(refused({.status = "suspended", .sort = "email", .order = "desc", .limit = 100}), "");
}

TEST(MemberLists, PeopleByTheirIdsAreAskedForAlone)
{
    EXPECT_EQ(
        understood({.ids = "a,b"}).ids, (std::vector{domain::UserId("a"), domain::UserId("b")})
    );
    EXPECT_TRUE(understood({}).ids.empty());
    std::string hundred = "x";
    for (int more = 1; more < 100; ++more)
        hundred += ",x";
    EXPECT_EQ(understood({.ids = hundred}).ids.size(), 100);
    for (auto const& wrong : {std::string(), std::string("a,"), std::string(",a"), hundred + ",x"})
        EXPECT_EQ(refused({.ids = wrong}), "ids") << wrong;
    EXPECT_EQ(refused({.role = "staff", .ids = "a"}), "ids");
    EXPECT_EQ(refused({.limit = 5, .ids = "a"}), "ids");
    EXPECT_EQ(refused({.format = "csv", .ids = "a"}), "ids");
}

TEST(MemberLists, TheRestKeepsFilterAndOrder)
{
    auto const same
        = same_list({.role = "staff", .search = "a&b=\r\n<x>", .order = "desc", .page = 3});
    EXPECT_EQ(same, "&role=staff&search=a%26b%3D%0D%0A%3Cx%3E&order=desc");
    EXPECT_EQ(http::next_of({}, "/list", same), "/list?page=11&limit=100" + same);
    EXPECT_EQ(http::next_of(http::paging_of(2, 7), "/list", ""), "/list?page=3&limit=7");
}

} // namespace
} // namespace gatehouse::members
