// The outbox: every message once, to one sender at a time, and never lost.
#include "support/database_fixture.h"

#include "core/random.h"
#include "domain/outbox.h"
#include "domain/storage.h"
#include "storage/sql/stores.h"

#include <mutex>
#include <set>
#include <thread>

namespace gatehouse::testing {
namespace {

using domain::ClaimedMessage;
using domain::OrganizationId;
using domain::OutboxId;
using domain::QueuedMessage;
using sql::values;

constexpr Instant start = Instant::from_seconds(1'795'331'109);

class Outbox : public OnBothDatabases {
protected:
    void SetUp() override
    {
        OnBothDatabases::SetUp();
        outside().run("INSERT INTO organizations (id, name) VALUES ('o1', 'One'); "
                      "INSERT INTO organizations (id, name) VALUES ('o2', 'Two');");
        storage = sql::make_storage(database(), random);
    }
    void TearDown() override
    {
        storage.reset();
        OnBothDatabases::TearDown();
    }

    static QueuedMessage message(std::string id, Instant at = start)
    {
        return {
            .id = OutboxId(std::move(id)),
            .organization_id = OrganizationId("o1"),
            .dedupe_key = {},
            .recipient = "ann@example.org",
            .payload_sealed = std::string("sealed\0bytes\xff", 13),
            .ledger_id = 7,
            .created_at = at,
        };
    }

    static Async<bool> enqueued(domain::Storage& on, QueuedMessage queued)
    {
        auto work = co_await on.begin();
        bool const added = co_await work->outbox().enqueue(std::move(queued));
        co_await work->commit();
        co_return added;
    }
    bool enqueue(QueuedMessage queued) { return run(enqueued(*storage, std::move(queued))); }

    static Async<std::vector<ClaimedMessage>>
    claimed(domain::Storage& on, Instant now, Instant until, int limit)
    {
        auto work = co_await on.begin();
        auto messages = co_await work->outbox().claim(now, until, limit);
        co_await work->commit();
        co_return messages;
    }
    std::vector<ClaimedMessage> claim(Instant now, int limit = 10)
    {
        return run(claimed(*storage, now, now + 60s, limit));
    }

    static Async<bool> sent(domain::Storage& on, ClaimedMessage row, Instant now)
    {
        auto work = co_await on.begin();
        bool const mine = co_await work->outbox().mark_sent(std::move(row), now);
        co_await work->commit();
        co_return mine;
    }
    static Async<bool> retried(domain::Storage& on, ClaimedMessage row, Instant next)
    {
        auto work = co_await on.begin();
        bool const mine
            = co_await work->outbox().mark_for_retry(std::move(row), "unreachable: x", next);
        co_await work->commit();
        co_return mine;
    }
    static Async<bool> failed(domain::Storage& on, ClaimedMessage row)
    {
        auto work = co_await on.begin();
        bool const mine = co_await work->outbox().mark_failed(std::move(row), "refused: x");
        co_await work->commit();
        co_return mine;
    }
    static Async<std::int64_t> hastened(domain::Storage& on, Instant now)
    {
        auto work = co_await on.begin();
        auto const count = co_await work->outbox().hasten(now);
        co_await work->commit();
        co_return count;
    }
    static Async<domain::Backlog> counted(domain::Storage& on, Instant now)
    {
        auto work = co_await on.read();
        co_return co_await work->outbox().backlog(now);
    }

    SystemRandom random;
    std::unique_ptr<domain::Storage> storage;
};
INSTANTIATE_ON_BOTH_DATABASES(Outbox);

TEST_P(Outbox, GivesBackWhatWasQueuedLongestDueFirst)
{
    ASSERT_TRUE(enqueue(message("b", start + 2s)));
    ASSERT_TRUE(enqueue(message("c", start)));
    ASSERT_TRUE(enqueue(message("a", start + 1s)));
    ASSERT_TRUE(enqueue(message("later", start + 1h)));
    auto const messages = claim(start + 2s);
    ASSERT_EQ(messages.size(), 3u);
    EXPECT_EQ(messages[0].id.text(), "c");
    EXPECT_EQ(messages[1].id.text(), "a");
    EXPECT_EQ(messages[2].id.text(), "b");
    EXPECT_EQ(messages[0].organization_id.text(), "o1");
    EXPECT_EQ(messages[0].recipient, "ann@example.org");
    EXPECT_EQ(messages[0].payload_sealed, std::string("sealed\0bytes\xff", 13));
    EXPECT_EQ(messages[0].attempt, 1);
    EXPECT_EQ(messages[0].created_at, start);
    auto const rows = outside().query("SELECT topic, ledger_id FROM outbox WHERE id = 'c'");
    EXPECT_EQ(rows.front().text(0), "mail");
    EXPECT_EQ(rows.front().integer(1), 7);
}

TEST_P(Outbox, ClaimsNoMoreThanAsked)
{
    for (auto const* const id : {"a", "b", "c"})
        ASSERT_TRUE(enqueue(message(id)));
    EXPECT_EQ(claim(start, 2).size(), 2u);
    EXPECT_EQ(claim(start, 2).size(), 1u);
    EXPECT_TRUE(claim(start, 2).empty());
}

TEST_P(Outbox, OneDedupeKeyIsOneMessageInItsOrganization)
{
    auto keyed = [](std::string id, std::string organization) {
        auto made = message(std::move(id));
        made.organization_id = OrganizationId(std::move(organization));
        made.dedupe_key = "verify:u1";
        return made;
    };
    EXPECT_TRUE(enqueue(keyed("a", "o1")));
    EXPECT_FALSE(enqueue(keyed("b", "o1")));
    EXPECT_TRUE(enqueue(keyed("c", "o2")));
    EXPECT_TRUE(enqueue(message("d"))); // no key: never the same
    EXPECT_TRUE(enqueue(message("e")));
    EXPECT_EQ(outside().query("SELECT count(*) FROM outbox").front().integer(0), 4);
}

TEST_P(Outbox, AnIdTakenAlreadyIsAnErrorNotASilence)
{
    ASSERT_TRUE(enqueue(message("a")));
    EXPECT_THROW(enqueue(message("a")), sql::StorageError);
}

TEST_P(Outbox, AClaimThatWasNotEndedRunsOutAndTheOlderTryCountsNoMore)
{
    ASSERT_TRUE(enqueue(message("a")));
    auto const first = claim(start); // the sender is killed here
    ASSERT_EQ(first.size(), 1u);
    EXPECT_TRUE(claim(start + 59s).empty());
    EXPECT_EQ(run(counted(*storage, start + 59s)).waiting, 1);
    auto const second = claim(start + 60s);
    ASSERT_EQ(second.size(), 1u);
    EXPECT_EQ(second[0].attempt, 2);
    EXPECT_FALSE(run(sent(*storage, first[0], start)));
    EXPECT_FALSE(run(retried(*storage, first[0], start)));
    EXPECT_FALSE(run(failed(*storage, first[0])));
    EXPECT_TRUE(run(sent(*storage, second[0], start + 61s)));
    EXPECT_FALSE(run(sent(*storage, second[0], start + 62s))); // it has ended
}

TEST_P(Outbox, SentAndGivenUpMessagesKeepNoPayload)
{
    ASSERT_TRUE(enqueue(message("a", start)));
    ASSERT_TRUE(enqueue(message("b", start + 1s)));
    auto const messages = claim(start + 1s);
    ASSERT_EQ(messages.size(), 2u);
    EXPECT_TRUE(run(sent(*storage, messages[0], start + 5s)));
    EXPECT_TRUE(run(failed(*storage, messages[1])));
    auto const rows = outside().query(
        "SELECT status, payload_sealed, locked_until, last_error, sent_at FROM outbox ORDER BY id"
    );
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].text(0), "sent");
    EXPECT_TRUE(rows[0].is_null(1));
    EXPECT_TRUE(rows[0].is_null(2));
    EXPECT_TRUE(rows[0].is_null(3));
    EXPECT_EQ(rows[0].instant(4), start + 5s);
    EXPECT_EQ(rows[1].text(0), "failed");
    EXPECT_TRUE(rows[1].is_null(1));
    EXPECT_EQ(rows[1].text(3), "refused: x");
    EXPECT_TRUE(claim(start + 24h).empty());
    EXPECT_EQ(run(counted(*storage, start)).waiting, 0);
}

TEST_P(Outbox, ARetryIsDueWhenItsTimeHasComeOrTheTransportWorksAgain)
{
    ASSERT_TRUE(enqueue(message("a")));
    auto messages = claim(start);
    ASSERT_TRUE(run(retried(*storage, messages.at(0), start + 10min)));
    EXPECT_TRUE(claim(start + 9min).empty());
    EXPECT_EQ(outside().query("SELECT last_error FROM outbox").front().text(0), "unreachable: x");
    EXPECT_EQ(run(hastened(*storage, start + 9min)), 1);
    EXPECT_EQ(run(hastened(*storage, start + 9min)), 0);
    messages = claim(start + 9min);
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_EQ(messages[0].attempt, 2);
    EXPECT_EQ(messages[0].payload_sealed.size(), 13u);
}

TEST_P(Outbox, TheBacklogCountsWhatWaitsAndWhatIsDue)
{
    auto backlog = run(counted(*storage, start));
    EXPECT_EQ(backlog.waiting, 0);
    EXPECT_EQ(backlog.due, 0);
    EXPECT_FALSE(backlog.oldest);
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(enqueue(message(std::to_string(i), start + Duration(i * 1000))));
    ASSERT_EQ(claim(start, 1).size(), 1u);
    backlog = run(counted(*storage, start + 1s));
    EXPECT_EQ(backlog.waiting, 3);
    EXPECT_EQ(backlog.due, 1);
    EXPECT_EQ(backlog.oldest, start);
    EXPECT_EQ(run(counted(*storage, start + 60s)).due, 3); // the claim has run out by then
}

TEST_P(Outbox, WhatIsRolledBackIsNotQueued)
{
    auto const dropped = [](domain::Storage& on) -> Async<void> {
        auto work = co_await on.begin();
        co_await work->outbox().enqueue(message("a"));
    };
    run(dropped(*storage));
    EXPECT_EQ(run(counted(*storage, start)).waiting, 0);
}

TEST_P(Outbox, AMessageGoesWithItsOrganization)
{
    ASSERT_TRUE(enqueue(message("a")));
    auto const messages = claim(start);
    ASSERT_EQ(messages.size(), 1u);
    outside().run("DELETE FROM organizations WHERE id = 'o1'");
    EXPECT_FALSE(run(sent(*storage, messages[0], start)));
}

TEST_P(Outbox, SendersInParallelNeverHoldTheSameMessage)
{
    constexpr int count = 60;
    for (int i = 0; i < count; ++i)
        ASSERT_TRUE(enqueue(message("m" + std::to_string(i))));
    std::mutex mutex;
    std::multiset<std::string> seen;
    auto const work_off = [&] {
        EventLoop loop;
        while (true) {
            auto const got = wait_for(loop, claimed(*storage, start, start + 60s, 3));
            if (got.empty())
                return;
            std::lock_guard const lock(mutex);
            for (auto const& each : got)
                seen.insert(each.id.text());
        }
    };
    std::vector<std::thread> senders;
    for (int i = 0; i < 4; ++i)
        senders.emplace_back(work_off);
    for (auto& sender : senders)
        sender.join();
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(count));
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), seen.size());
}

} // namespace
} // namespace gatehouse::testing
