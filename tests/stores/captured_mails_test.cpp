// Captured mail is found by what people look for, newest first.
#include "support/database_fixture.h"

#include "core/random.h"
#include "domain/captured_mails.h"
#include "domain/storage.h"
#include "storage/sql/stores.h"

namespace gatehouse::testing {
namespace {

using domain::CapturedMail;
using domain::CapturedMailQuery;

constexpr Instant start = Instant::from_seconds(1'795'331'109);

class CapturedMailsTest : public OnBothDatabases {
protected:
    void SetUp() override
    {
        OnBothDatabases::SetUp();
        storage = sql::make_storage(database(), random);
    }
    void TearDown() override
    {
        storage.reset();
        OnBothDatabases::TearDown();
    }

    static CapturedMail mail(std::string id, std::string to, std::string subject, int second)
    {
        return {
            .id = id,
            .message_id = id + "@example.com",
            .from_name = "gatehouse",
            .from_address = "id@example.com",
            .to_name = "",
            .to_address = std::move(to),
            .subject = std::move(subject),
            .text = "Open https://id.example.com/x?token=AbC_100%\n",
            .html = "<p>Grüße 🔑</p>",
            .raw = "Subject: x\r\n\r\nbody\r\n",
            .created_at = start + Duration(second * 1000),
        };
    }

    static Async<void> kept(domain::Storage& on, CapturedMail each)
    {
        auto work = co_await on.begin();
        co_await work->captured_mails().insert(std::move(each));
        co_await work->commit();
    }
    void keep(CapturedMail each) { run(kept(*storage, std::move(each))); }

    static Async<domain::CapturedMailPage>
    found(domain::Storage& on, CapturedMailQuery query, int from, int limit)
    {
        auto work = co_await on.read();
        co_return co_await work->captured_mails().search(std::move(query), from, limit);
    }
    std::string ids(CapturedMailQuery query, int from = 0, int limit = 50)
    {
        std::string all;
        for (auto const& each : run(found(*storage, std::move(query), from, limit)).mails)
            all += each.id + " ";
        return all;
    }

    static Async<std::optional<CapturedMail>> named(domain::Storage& on, std::string id)
    {
        auto work = co_await on.read();
        co_return co_await work->captured_mails().find(std::move(id));
    }

    void keep_three()
    {
        keep(mail("a", "Ann@Example.org", "Verify your e-mail address", 1));
        keep(mail("b", "bob@example.org", "Password Reset", 2));
        keep(mail("c", "ann@example.org", "Password Reset", 3));
    }

    SystemRandom random;
    std::unique_ptr<domain::Storage> storage;
};
INSTANTIATE_ON_BOTH_DATABASES(CapturedMailsTest);

TEST_P(CapturedMailsTest, AMailComesBackAsItWasKept)
{
    auto const original = mail("a", "ann@example.org", "Grüße", 0);
    keep(original);
    auto const read = run(named(*storage, "a"));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->message_id, original.message_id);
    EXPECT_EQ(read->from_name, original.from_name);
    EXPECT_EQ(read->from_address, original.from_address);
    EXPECT_EQ(read->to_address, original.to_address);
    EXPECT_EQ(read->subject, original.subject);
    EXPECT_EQ(read->text, original.text);
    EXPECT_EQ(read->html, original.html);
    EXPECT_EQ(read->raw, original.raw);
    EXPECT_FALSE(read->was_read);
    EXPECT_EQ(read->created_at, original.created_at);
    EXPECT_FALSE(run(named(*storage, "nobody")));
}

TEST_P(CapturedMailsTest, SearchesFoldLettersAndWantAllParts)
{
    keep_three();
    EXPECT_EQ(ids({}), "c b a ");
    EXPECT_EQ(ids({.to = {"ANN@example.ORG"}}), "c a ");
    EXPECT_EQ(ids({.to = {"ann"}, .subject = {"reset"}}), "c ");
    EXPECT_EQ(ids({.to = {"ann", "bob"}}), "");
    EXPECT_EQ(ids({.from = {"gatehouse"}, .subject = {"verify", "address"}}), "a ");
    EXPECT_EQ(ids({.anywhere = {"bob@", "token=abc"}}), "b ");
    EXPECT_EQ(ids({.to = {"nobody"}}), "");
}

TEST_P(CapturedMailsTest, SignsOfPatternsAndSqlAreJustText)
{
    keep_three();
    EXPECT_EQ(ids({.anywhere = {"_100%"}}), "c b a ");
    for (auto const* const text : {"%", "_", "'", "\"", "\\", "' OR '1'='1", "{a,b}", "a%e"}) {
        auto const expected = std::string(text) == "%" || std::string(text) == "_" ? "c b a " : "";
        EXPECT_EQ(ids({.anywhere = {text}}), expected) << text;
    }
}

TEST_P(CapturedMailsTest, PagesCountWhatIsKeptAndWhatMatches)
{
    keep_three();
    auto const page = run(found(*storage, {.to = {"ann"}}, 1, 1));
    EXPECT_EQ(page.stored, 3);
    EXPECT_EQ(page.matching, 2);
    ASSERT_EQ(page.mails.size(), 1u);
    EXPECT_EQ(page.mails[0].id, "a");
    EXPECT_EQ(ids({}, 3), "");
    EXPECT_EQ(ids({}, 0, 0), "");
}

TEST_P(CapturedMailsTest, TheSameMailTwiceIsKeptOnce)
{
    keep(mail("a", "ann@example.org", "first", 1));
    keep(mail("a", "ann@example.org", "again", 2));
    EXPECT_EQ(ids({}), "a ");
    EXPECT_EQ(run(named(*storage, "a"))->subject, "first");
}

TEST_P(CapturedMailsTest, TheLatestIsReadMarkedAndForgotten)
{
    auto const latest = [](domain::Storage& on) -> Async<std::optional<CapturedMail>> {
        auto work = co_await on.read();
        co_return co_await work->captured_mails().latest();
    };
    EXPECT_FALSE(run(latest(*storage)));
    keep_three();
    EXPECT_EQ(run(latest(*storage))->id, "c");

    auto const changed = [](domain::Storage& on, bool all) -> Async<void> {
        auto work = co_await on.begin();
        if (all)
            co_await work->captured_mails().clear();
        else
            co_await work->captured_mails().mark_read("c");
        co_await work->commit();
    };
    run(changed(*storage, false));
    EXPECT_TRUE(run(named(*storage, "c"))->was_read);
    EXPECT_FALSE(run(named(*storage, "b"))->was_read);
    run(changed(*storage, true));
    EXPECT_EQ(ids({}), "");
}

} // namespace
} // namespace gatehouse::testing
