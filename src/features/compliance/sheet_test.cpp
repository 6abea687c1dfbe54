// Rows as CSV and as JSON.
#include "features/compliance/sheet.h"

#include "core/json.h"
#include "features/compliance/rows.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace gatehouse::compliance {
namespace {

std::string two_rows(Format format)
{
    Sheet sheet(format, {"a", "b", "c", "d", "e"});
    sheet.open();
    for (bool const second : {false, true}) {
        sheet.text(std::string_view(second ? "=1,\"2\"" : "x"));
        sheet.number(second ? -1 : 7);
        sheet.moment(Instant::from_milliseconds(1));
        sheet.raw_json("{\"k\":\"<&>\xE2\x80\xA8\"}");
        sheet.text(std::optional<std::string>());
        sheet.end_row();
    }
    sheet.close();
    return sheet.take();
}

TEST(Sheet, IsCsv)
{
    EXPECT_EQ(
        two_rows(Format::csv),
        "a,b,c,d,e\r\n"
        "x,7,1970-01-01T00:00:00.001Z,\"{\"\"k\"\":\"\"<&>\xE2\x80\xA8\"\"}\",\r\n"
        "\"'=1,\"\"2\"\"\",-1,1970-01-01T00:00:00.001Z,\"{\"\"k\"\":\"\"<&>\xE2\x80\xA8\"\"}\",\r\n"
    );
}

TEST(Sheet, IsJsonThatNobodyTakesForMarkup)
{
    auto const text = two_rows(Format::json);
    EXPECT_EQ(text.find_first_of("<>&"), std::string::npos) << text;
    auto const parsed = json::parse(text);
    ASSERT_TRUE(parsed) << text;
    ASSERT_EQ(parsed->array()->size(), 2U);
    auto const& second = (*parsed->array())[1];
    EXPECT_EQ(*second.find("a")->text(), "=1,\"2\"");
    EXPECT_EQ(*second.find("b")->integer(), -1);
    EXPECT_EQ(*second.find("d")->find("k")->text(), "<&>\xE2\x80\xA8");
    EXPECT_TRUE(second.find("e")->is_null());
}

TEST(Sheet, EmptyIsWholeToo)
{
    Sheet csv(Format::csv, {"a", "b"});
    csv.open();
    csv.close();
    EXPECT_EQ(csv.take(), "a,b\r\n");
    Sheet json(Format::json, {"a"});
    json.open();
    json.close();
    EXPECT_EQ(json.take(), "[]");
}

TEST(Sheet, RowsAreAsWideAsTheTable)
{
    Sheet sheet(Format::csv, {"a", "b"});
    sheet.number(1);
    EXPECT_THROW(sheet.end_row(), std::logic_error);
    sheet.number(2);
    EXPECT_THROW(sheet.number(3), std::logic_error);
    sheet.end_row();
    EXPECT_EQ(sheet.rows(), 1);
}

TEST(Rows, MetadataIsWhatTheViewShows)
{
    domain::EvidenceRow row;
    row.details = R"({"a":1,"risk":{"score":5}})";
    EXPECT_EQ(metadata_of(row), row.details);
    row.personal = R"({"a":2,"risk":{"known":[]}})";
    row.email = "a@b.test";
    EXPECT_EQ(metadata_of(row), R"({"a":2,"email":"a@b.test","risk":{"known":[],"score":5}})");
    row.personal = "[]";
    EXPECT_THROW(metadata_of(row), std::runtime_error);
}

} // namespace
} // namespace gatehouse::compliance
