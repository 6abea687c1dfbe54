// The sender over a real outbox: what is queued arrives, whatever breaks on the way.
#include "support/database_fixture.h"

#include "core/random.h"
#include "crypto/seal.h"
#include "domain/captured_mails.h"
#include "domain/mail.h"
#include "domain/storage.h"
#include "outbound/capture_transport.h"
#include "outbound/outbox_sender.h"
#include "protocols/mail_text/mail_order.h"
#include "storage/sql/stores.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace gatehouse::testing {
namespace {

using namespace std::chrono_literals;
using outbound::Failing;
using outbound::MailFailure;
using outbound::MailResult;
using outbound::OutgoingMail;

// Starts at a fixed moment and runs at its usual pace.
class RunningClock final : public Clock {
public:
    Instant now() const override
    {
        auto const passed = std::chrono::steady_clock::now() - began_;
        return Instant::from_seconds(1'795'331'109) + std::chrono::duration_cast<Duration>(passed);
    }

private:
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

// What a transport does and has seen; outlives the transport, which the sender owns.
struct Script {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<MailFailure> failures; // of the next sends, in this order
    std::vector<std::string> recipients;
    bool blocks = false; // until stopped
    bool stopped = false;

    std::size_t count()
    {
        std::lock_guard const lock(mutex);
        return recipients.size();
    }
};

class ScriptedTransport final : public outbound::MailTransport {
public:
    explicit ScriptedTransport(Script& script)
        : script_(script)
    {
    }
    MailResult send(OutgoingMail const& mail) override
    {
        std::unique_lock lock(script_.mutex);
        script_.recipients.push_back(mail.message.to.address);
        if (script_.blocks) {
            script_.changed.wait(lock, [this] { return script_.stopped; });
            return std::unexpected(MailFailure{Failing::stopped, "stopped", false});
        }
        if (script_.failures.empty())
            return {};
        auto failure = script_.failures.front();
        script_.failures.pop_front();
        return std::unexpected(failure);
    }
    MailResult probe() override { return {}; }
    void stop() noexcept override
    {
        {
            std::lock_guard const lock(script_.mutex);
            script_.stopped = true;
        }
        script_.changed.notify_all();
    }
    Duration longest_send() const override { return 100ms; }
    std::string_view name() const override { return "scripted"; }

private:
    Script& script_;
};

class Sender : public OnBothDatabases {
protected:
    void SetUp() override
    {
        OnBothDatabases::SetUp();
        outside().run("INSERT INTO organizations (id, name) VALUES ('o1', 'One')");
        storage = sql::make_storage(database(), random);
    }
    void TearDown() override
    {
        sender.reset();
        storage.reset();
        OnBothDatabases::TearDown();
    }

    void make_sender(std::unique_ptr<outbound::MailTransport> transport)
    {
        outbound::SenderOptions options;
        options.courier.public_url = "https://id.example.com";
        options.courier.from = {"gatehouse", "gatehouse@id.example.com"};
        options.courier.retries = {.first = {20ms, 20ms}, .then_every = 40ms, .give_up_after = 1h};
        options.poll = 10ms;
        options.note_time = 100ms;
        sender = std::make_unique<outbound::OutboxSender>(
            *storage, key, clock, std::move(transport), std::move(options)
        );
    }
    void make_sender() { make_sender(std::make_unique<ScriptedTransport>(script)); }

    // As a feature queues, with the row sealed under the outbox key.
    static Async<void> queued(
        domain::Storage& on,
        crypto::KeyEncryptionKey const& key,
        Random& random,
        std::string recipient,
        Instant now
    )
    {
        mail_text::MailOrder order{
            .kind = mail_text::MailKind::verify_email,
            .recipient = recipient,
        };
        order.links.push_back({SecretString("the-token")});
        domain::MailToQueue mail{
            .organization_id = domain::OrganizationId("o1"),
            .recipient = recipient,
            .payload = mail_text::to_payload(order),
            .dedupe_key = {},
            .ledger_id = {},
        };
        auto work = co_await on.begin();
        co_await domain::queue_mail(*work, key, random, std::move(mail), now);
        co_await work->commit();
    }
    void queue(std::string recipient)
    {
        run(queued(*storage, key, random, std::move(recipient), clock.now()));
    }

    std::string statuses()
    {
        std::string all;
        for (auto const row : outside().query("SELECT status FROM outbox ORDER BY created_at, id"))
            all += row.text(0) + " ";
        return all;
    }

    template <class Condition> bool comes_true(Condition condition)
    {
        auto const until = std::chrono::steady_clock::now() + 20s;
        std::mutex mutex;
        std::condition_variable never;
        std::unique_lock lock(mutex);
        while (std::chrono::steady_clock::now() < until) {
            if (condition())
                return true;
            never.wait_for(lock, 5ms);
        }
        return condition();
    }

    SystemRandom random;
    RunningClock clock;
    crypto::KeyEncryptionKey key = crypto::KeyEncryptionKey::mint(random);
    Script script;
    std::unique_ptr<domain::Storage> storage;
    std::unique_ptr<outbound::OutboxSender> sender;
};
INSTANTIATE_ON_BOTH_DATABASES(Sender);

TEST_P(Sender, SendsWhatIsQueuedBeforeAndAfterItStarts)
{
    queue("first@example.org");
    make_sender();
    sender->start();
    EXPECT_TRUE(comes_true([&] { return script.count() == 1; }));
    queue("second@example.org");
    sender->nudge();
    EXPECT_TRUE(comes_true([&] { return statuses() == "sent sent "; }));
    EXPECT_EQ(
        script.recipients, (std::vector<std::string>{"first@example.org", "second@example.org"})
    );
    EXPECT_TRUE(comes_true([&] { return sender->health().waiting == 0; }));
}

TEST_P(Sender, TriesAgainUntilTheTransportWorks)
{
    script.failures.assign(5, {Failing::unreachable, "nobody there", false});
    queue("ann@example.org");
    make_sender();
    sender->start();
    EXPECT_TRUE(comes_true([&] { return !sender->health().works; }));
    EXPECT_TRUE(comes_true([&] { return statuses() == "sent "; }));
    EXPECT_EQ(script.count(), 6u);
    EXPECT_TRUE(sender->health().works);
    auto const rows = outside().query("SELECT attempts, payload_sealed FROM outbox");
    EXPECT_EQ(rows.front().integer(0), 6);
    EXPECT_TRUE(rows.front().is_null(1));
}

TEST_P(Sender, OneRefusedMailHoldsNobodyUp)
{
    script.failures = {{Failing::refused, "no such mailbox", true}};
    queue("refused@example.org");
    queue("ann@example.org");
    make_sender();
    sender->start();
    EXPECT_TRUE(comes_true([&] { return statuses() == "sent sent "; }));
    EXPECT_EQ(script.recipients[0], "refused@example.org");
    EXPECT_EQ(script.recipients[1], "ann@example.org");
    EXPECT_TRUE(sender->health().works);
}

TEST_P(Sender, WhatADeadSenderHeldIsSentOnceItsClaimHasRunOut)
{
    queue("ann@example.org");
    auto const claim_and_die = [](domain::Storage& on, Instant now) -> Async<void> {
        auto work = co_await on.begin();
        co_await work->outbox().claim(now, now + 200ms, 1);
        co_await work->commit();
    };
    run(claim_and_die(*storage, clock.now()));
    EXPECT_EQ(statuses(), "sending ");
    make_sender();
    sender->start();
    EXPECT_TRUE(comes_true([&] { return statuses() == "sent "; }));
    EXPECT_EQ(script.count(), 1u);
    EXPECT_EQ(outside().query("SELECT attempts FROM outbox").front().integer(0), 2);
}

TEST_P(Sender, StopsInTheMiddleOfASendAndKeepsTheMailForTheNextStart)
{
    script.blocks = true;
    queue("ann@example.org");
    make_sender();
    sender->start();
    ASSERT_TRUE(comes_true([&] { return script.count() == 1; }));
    sender->stop();
    EXPECT_EQ(statuses(), "pending ");

    script.blocks = false;
    make_sender();
    sender->start();
    EXPECT_TRUE(comes_true([&] { return statuses() == "sent "; }));
}

TEST_P(Sender, AMailThatCanNeverBeSentIsAVisibleFailure)
{
    queue("not an address");
    make_sender();
    sender->start();
    EXPECT_TRUE(comes_true([&] { return statuses() == "failed "; }));
    EXPECT_EQ(script.count(), 0u);
    auto const row = outside().query("SELECT last_error, payload_sealed FROM outbox");
    EXPECT_EQ(row.front().text(0), "an address is not one plain mailbox");
    EXPECT_TRUE(row.front().is_null(1));
}

TEST_P(Sender, EveryFaultOfTheDatabaseEndsInASentMail)
{
    std::size_t struck = 0;
    for (auto const kind : every_fault) {
        for (std::size_t nth = 1;; ++nth) {
            outside().run("DELETE FROM outbox");
            queue("ann@example.org");
            faults().arm({.nth = nth, .kind = kind});
            script.recipients.clear();
            make_sender();
            sender->start();
            EXPECT_TRUE(comes_true([&] { return statuses() == "sent "; }))
                << name_of(kind) << " at " << nth << ": " << statuses();
            sender->stop();
            bool const fired = faults().fired();
            faults().disarm();
            EXPECT_GE(script.count(), 1u);
            struck += fired;
            if (!fired || nth >= 12)
                break;
        }
    }
    EXPECT_GE(struck, 25u); // count, claim and note: each with begin and commit, for five faults
}

TEST_P(Sender, MailsThatCannotBeClaimedAreToldAndLeaveAsSoonAsTheyCan)
{
    bool const on_sqlite = outside().dialect() == sql::Dialect::sqlite;
    outside().run(
        on_sqlite ? "CREATE TRIGGER refusing BEFORE UPDATE ON outbox BEGIN SELECT RAISE(ABORT, "
                    "'refused'); END"
                  : "ALTER TABLE outbox ADD CONSTRAINT refusing CHECK (status <> 'sending')"
    );
    make_sender();
    sender->start();
    EXPECT_TRUE(comes_true([&] { return sender->health().looked_at.has_value(); }));
    EXPECT_TRUE(sender->health().works);
    queue("ann@example.org");
    EXPECT_TRUE(comes_true([&] { return !sender->health().works; }));
    EXPECT_NE(sender->health().failure.find("the outbox cannot be worked on"), std::string::npos);
    EXPECT_EQ(script.count(), 0U);
    outside().run(
        on_sqlite ? "DROP TRIGGER refusing" : "ALTER TABLE outbox DROP CONSTRAINT refusing"
    );
    EXPECT_TRUE(comes_true([&] { return statuses() == "sent "; }));
    EXPECT_TRUE(comes_true([&] { return sender->health().works; }));
}

TEST_P(Sender, ACapturedMailIsReadableAndKeptOnce)
{
    make_sender(outbound::make_capture_transport(*storage, clock));
    sender->start();
    queue("ann@example.org");
    sender->nudge();
    auto const began = std::chrono::steady_clock::now();
    EXPECT_TRUE(comes_true([&] {
        return outside().query("SELECT count(*) FROM captured_mails").front().integer(0) == 1;
    }));
    EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
    auto const row = outside().query("SELECT to_address, subject, html_part FROM captured_mails");
    EXPECT_EQ(row.front().text(0), "ann@example.org");
    EXPECT_EQ(row.front().text(1), "Verify your e-mail address");
    EXPECT_NE(
        row.front().text(2).find("https://id.example.com/api/auth/verify-email?token=the-token"),
        std::string::npos
    );
    ASSERT_TRUE(comes_true([&] { return statuses() == "sent "; }));
}

} // namespace
} // namespace gatehouse::testing
