// Tables in both formats, and the end of their patience.
#include "features/reports/sheet.h"

#include "domain/refusal.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace gatehouse::reports {
namespace {

std::string written(Format format)
{
    Sheet sheet(format, {"name", "isOwner", "count", "note"});
    sheet.add({"=1+1, \"x\"", true, 3, nullptr});
    sheet.add({"<b>", false, 0, "y"});
    return std::move(sheet).finished();
}

TEST(Sheet, CsvQuotesAndDisarms)
{
    EXPECT_EQ(
        written(Format::csv),
        "name,isOwner,count,note\r\n\"'=1+1, \"\"x\"\"\",true,3,\r\n<b>,false,0,y\r\n"
    );
}

TEST(Sheet, AnEmptyFirstCellKeepsItsPlace)
{
    Sheet sheet(Format::csv, {"a", "b"});
    sheet.add({nullptr, "x"});
    EXPECT_EQ(std::move(sheet).finished(), "a,b\r\n,x\r\n");
}

TEST(Sheet, JsonKeepsKindsAndEscapesMarkup)
{
    EXPECT_EQ(
        written(Format::json),
        R"([{"name":"=1+1, \"x\"","isOwner":true,"count":3,"note":null},)"
        R"({"name":"\u003cb\u003e","isOwner":false,"count":0,"note":"y"}])"
    );
    EXPECT_EQ(Sheet(Format::json, {"a"}).finished(), "[]");
    EXPECT_EQ(Sheet(Format::csv, {"a"}).finished(), "a\r\n");
}

TEST(Sheet, BeyondItsBoundsIsRefusedNeverCut)
{
    for (auto const format : {Format::csv, Format::json}) {
        Sheet few(format, {"a"}, {.rows = 2, .bytes = 1000});
        few.add({"1"});
        few.add({"2"});
        EXPECT_THROW(few.add({"3"}), domain::Refusal);
        Sheet small(format, {"a"}, {.rows = 1000, .bytes = 40});
        small.add({"1"});
        EXPECT_THROW(small.add({std::string(40, 'x')}), domain::Refusal);
    }
}

TEST(Sheet, ARowOfAnotherWidthIsADefect)
{
    Sheet sheet(Format::csv, {"a", "b"});
    EXPECT_THROW(sheet.add({"1"}), std::logic_error);
}

} // namespace
} // namespace gatehouse::reports
