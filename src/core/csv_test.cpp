// Cells that a spreadsheet would take for formulas, and those that would break a line.
#include "core/csv.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(Csv, AFormulaIsDisarmed)
{
    EXPECT_EQ(csv_cell("=1+1"), "'=1+1");
    EXPECT_EQ(csv_cell("+49"), "'+49");
    EXPECT_EQ(csv_cell("-1"), "'-1");
    EXPECT_EQ(csv_cell("@SUM(A1)"), "'@SUM(A1)");
    EXPECT_EQ(csv_cell("\tx"), "'\tx");
    EXPECT_EQ(csv_cell("\rx"), "\"'\rx\"");
    EXPECT_EQ(csv_cell("\nx"), "\"'\nx\"");
    for (std::string const wide : {"＝", "＋", "－", "＠"})
        EXPECT_EQ(csv_cell(wide + "1"), "'" + wide + "1");
    EXPECT_EQ(csv_cell("a=b"), "a=b");
    EXPECT_EQ(csv_cell("＜x"), "＜x") << "another letter of full width";
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

} // namespace
} // namespace gatehouse
