// A row for each person, with cells that are safe.
#include "features/members/csv.h"

#include <gtest/gtest.h>

namespace gatehouse::members {
namespace {

TEST(MembersAsCsv, OneLineForEachPerson)
{
    domain::User user;
    user.id = domain::UserId("u");
    user.email = "=ann@example.test";
    user.role = domain::Role::owner;
    user.created_at = Instant::from_milliseconds(0);
    user.updated_at = Instant::from_milliseconds(0);
    std::string text;
    append_csv(text, {user, user});
    std::string const line = "u,'=ann@example.test,,,owner,active,true,false,"
                             "1970-01-01T00:00:00.000Z,1970-01-01T00:00:00.000Z\r\n";
    EXPECT_EQ(text, line + line);
}

} // namespace
} // namespace gatehouse::members
