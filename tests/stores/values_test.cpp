// Every kind of value comes back as it went in, and is never read as what it is not.
#include "support/database_fixture.h"

#include "core/text.h"

namespace gatehouse::testing {
namespace {

using sql::Scope;
using sql::values;

constexpr sql::Statement
    insert_probe("INSERT INTO probe (id, flag, small, large, number, words, json, raw, list, at) "
                 "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
constexpr sql::Statement
    select_probe("SELECT id, flag, small, large, number, words, json, raw, list, at FROM probe "
                 "WHERE id = $1");
constexpr auto reversed_texts
    = sql::either({.postgres = "SELECT $2::text, $1::text, $2::text", .sqlite = "SELECT $2, $1, $2"}
    );

class Values : public OnBothDatabases {
protected:
    void SetUp() override
    {
        OnBothDatabases::SetUp();
        outside().run(
            on_postgres()
                ? "CREATE TABLE auth.probe (id text PRIMARY KEY, flag boolean, small integer, "
                  "large bigint, "
                  "number double precision, words text, json jsonb, raw bytea, list text[], at "
                  "timestamptz); GRANT ALL ON auth.probe TO gatehouse_app"
                : "CREATE TABLE probe (id TEXT PRIMARY KEY, flag INTEGER, small INTEGER, large "
                  "INTEGER, "
                  "number REAL, words TEXT, json TEXT, raw BLOB, list TEXT, at TEXT) STRICT"
        );
    }
    void TearDown() override
    {
        close();
        outside().run("DROP TABLE probe");
        OnBothDatabases::TearDown();
    }

    sql::Rows keep_and_read(sql::Values bound)
    {
        auto work = run(database().begin(sql::Access::write));
        auto const inserted
            = run(work->connection().query(insert_probe, Scope::global(), std::move(bound)));
        EXPECT_EQ(inserted.changed(), 1);
        run(work->commit());
        return run(database().reads().query(select_probe, Scope::global(), values("a")));
    }
};
INSTANTIATE_ON_BOTH_DATABASES(Values);

struct IdTag;
using Id = StrongText<IdTag>;

TEST_P(Values, EveryKindComesBackAsItWentIn)
{
    std::string const words = "it's \"quoted\", \\slashed, ünïcødé \xF0\x9F\x94\x91\n\ttail ";
    std::string raw;
    for (int byte = 0; byte < 256; ++byte)
        raw.push_back(static_cast<char>(byte));
    auto const at = Instant::from_milliseconds(1795072509123);
    std::vector<std::string> const list{
        "plain", "with, comma", "with \"quotes\"", "back\\slash", "", "NULL", "{x}", "ü"
    };
    auto const rows = keep_and_read(values(
        Id("a"),
        true,
        -2147483648,
        INT64_MAX,
        0.1,
        words,
        R"({"a": 1})",
        sql::Bytes(raw),
        sql::TextList(list),
        at
    ));

    ASSERT_EQ(rows.size(), 1u);
    auto const row = rows.front();
    EXPECT_EQ(row.text(0), "a");
    EXPECT_TRUE(row.boolean(1));
    EXPECT_EQ(row.integer(2), -2147483648);
    EXPECT_EQ(row.integer(3), INT64_MAX);
    EXPECT_EQ(row.number(4), 0.1);
    EXPECT_EQ(row.text(5), words);
    EXPECT_EQ(row.text(6), R"({"a": 1})");
    EXPECT_EQ(row.bytes(7), raw);
    EXPECT_EQ(row.texts(8), list);
    EXPECT_EQ(row.instant(9), at);
}

TEST_P(Values, NullComesBackAsNothingOfEveryKind)
{
    auto const rows = keep_and_read(values(
        "a",
        std::optional<bool>(),
        std::optional<int>(),
        std::nullopt,
        std::optional<double>(),
        std::optional<std::string>(),
        std::optional<Id>(),
        std::optional<sql::Bytes>(),
        std::optional<sql::TextList>(),
        std::optional<Instant>()
    ));
    auto const row = rows.front();
    EXPECT_FALSE(row.optional_boolean(1));
    EXPECT_FALSE(row.optional_integer(2));
    EXPECT_FALSE(row.optional_integer(3));
    EXPECT_FALSE(row.optional_number(4));
    EXPECT_FALSE(row.optional_text(5));
    EXPECT_FALSE(row.optional_text(6));
    EXPECT_FALSE(row.optional_bytes(7));
    EXPECT_FALSE(row.optional_texts(8));
    EXPECT_FALSE(row.optional_instant(9));
    EXPECT_THROW((void)row.text(5), sql::StorageError);
    EXPECT_THROW((void)row.instant(9), sql::StorageError);
}

TEST_P(Values, EmptyIsNotNull)
{
    auto const rows = keep_and_read(
        values("a", false, 0, 0, 0.0, "", "[]", sql::Bytes(), sql::TextList(), Instant())
    );
    auto const row = rows.front();
    EXPECT_EQ(row.optional_boolean(1), false);
    EXPECT_EQ(row.optional_text(5), "");
    EXPECT_EQ(row.optional_bytes(7), "");
    EXPECT_EQ(row.optional_texts(8), std::vector<std::string>());
    EXPECT_EQ(row.optional_instant(9), Instant());
}

TEST_P(Values, ReadingAsAnotherKindIsAnErrorThatSaysBoth)
{
    auto const rows = keep_and_read(
        values("a", true, 7, 7, 0.5, "seven", "{}", sql::Bytes("x"), sql::TextList(), Instant())
    );
    auto const row = rows.front();
    EXPECT_THROW((void)row.integer(5), sql::StorageError);
    EXPECT_THROW((void)row.boolean(2), sql::StorageError);
    EXPECT_THROW((void)row.text(7), sql::StorageError);
    EXPECT_THROW((void)row.bytes(5), sql::StorageError);
    EXPECT_THROW((void)row.instant(5), sql::StorageError);
    EXPECT_THROW((void)row.texts(5), sql::StorageError);
    EXPECT_THROW((void)row.text(10), sql::StorageError);
    EXPECT_THROW((void)rows[1], sql::StorageError);
    try {
        (void)row.integer(5);
    } catch (sql::StorageError const& error) {
        EXPECT_EQ(error.kind(), sql::StorageError::Kind::broken);
        EXPECT_STREQ(error.what(), "column 5 holds text and was read as integer");
    }
}

TEST_P(Values, PlaceholdersMeanTheirNumberAndNotTheirOrder)
{
    auto const rows
        = run(database().reads().query(reversed_texts, Scope::global(), values("one", "two")));
    EXPECT_EQ(rows.front().text(0), "two");
    EXPECT_EQ(rows.front().text(1), "one");
    EXPECT_EQ(rows.front().text(2), "two");
}

TEST_P(Values, TextIsNeverReadAsSql)
{
    std::string const words = "'; DROP TABLE probe; --";
    auto const rows = keep_and_read(
        values("a", true, 1, 1, 1.0, words, "{}", sql::Bytes(), sql::TextList({words}), Instant())
    );
    EXPECT_EQ(rows.front().text(5), words);
    EXPECT_EQ(rows.front().texts(8), std::vector<std::string>{words});
}

TEST_P(Values, TextWithNulIsRefusedByBothAndHarmsNothing)
{
    auto work = run(database().begin(sql::Access::write));
    auto const bound = values(
        "a", true, 1, 1, 1.0, std::string("a\0b", 3), "{}", sql::Bytes(), sql::TextList(), Instant()
    );
    EXPECT_THROW(
        run(work->connection().query(insert_probe, Scope::global(), bound)), sql::StorageError
    );
    EXPECT_THROW(run(work->commit()), sql::StorageError);
    EXPECT_TRUE(run(database().reads().query(select_probe, Scope::global(), values("a"))).empty());
}

TEST_P(Values, TooFewValuesAreAnError)
{
    EXPECT_THROW(
        run(database().reads().query(select_probe, Scope::global(), values())), sql::StorageError
    );
    EXPECT_TRUE(run(database().reads().query(select_probe, Scope::global(), values("a"))).empty());
}

TEST_P(Values, WrongTypesAreRefusedByTheTable)
{
    auto work = run(database().begin(sql::Access::write));
    auto const bound = values(
        "a", true, "not a number", 1, 1.0, "", "{}", sql::Bytes(), sql::TextList(), Instant()
    );
    EXPECT_THROW(
        run(work->connection().query(insert_probe, Scope::global(), bound)), sql::StorageError
    );
}

} // namespace
} // namespace gatehouse::testing
