// Cells that a spreadsheet would take for formulas, and those that would break a line.
#include "features/members/csv.h"

#include <gtest/gtest.h>

namespace gatehouse::members {
namespace {

TEST(Csv, AFormulaIsDisarmed)
{
    EXPECT_EQ(csv_cell("=1+1"), "'=1+1");
    EXPECT_EQ(csv_cell("+49"), "'+49");
    EXPECT_EQ(csv_cell("-1"), "'-1");
    EXPECT_EQ(csv_cell("@SUM(A1)"), "'@SUM(A1)");
    EXPECT_EQ(csv_cell("\tx"), "'\tx");
    EXPECT_EQ(csv_cell("\rx"), "\"'\rx\"");
    EXPECT_EQ(csv_cell("a=b"), "a=b");
}

TEST(Csv, WhatWouldBreakALineIsQuoted)
{
    EXPECT_EQ(csv_cell(""), "");
    EXPECT_EQ(csv_cell("plain"), "plain");
    EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
    EXPECT_EQ(csv_cell("say \"hi\""), "\"say \"\"hi\"\"\"");
    EXPECT_EQ(csv_cell("a\r\nb"), "\"a\r\nb\"");
    EXPECT_EQ(csv_cell("=\"a,b\""), "\"'=\"\"a,b\"\"\"");
}

TEST(Csv, OneLineForEachPerson)
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
