// Each canary does the real thing, sees it when it is broken, and leaves nothing behind.
#include "app/canaries.h"

#include "core/metrics.h"
#include "sealing/audit_keys.h"
#include "support/world_fixture.h"

#include <functional>
#include <stdexcept>
#include <thread>

namespace gatehouse::app {
namespace {
using gatehouse::testing::InAWorld;

class Canaries : public InAWorld {
protected:
    void SetUp() override
    {
        auto const signer = world.run(
            sealing::take_up_signer(world.storage(), world.key, world.random, world.clock.now())
        );
        ASSERT_TRUE(signer);
    }
    Instant now() const { return world.clock.now(); }
    bool on_postgres() const { return GetParam() == sql::Dialect::postgres; }

    // What it throws; empty: it holds.
    std::string found(std::function<Async<void>()> const& canary)
    {
        try {
            world.run(canary());
        } catch (std::exception const& broken) {
            return broken.what();
        }
        return {};
    }
    std::function<Async<void>()> attempts()
    {
        return [this] {
            return try_attempts(world.storage(), now());
        };
    }
    std::function<Async<void>()> ledger()
    {
        return [this] {
            return try_ledger(world.storage(), now());
        };
    }
    std::function<Async<void>()> seals()
    {
        return [this] {
            return try_seals(world.storage(), world.key, now());
        };
    }
    std::function<Async<void>()> history()
    {
        return [this] {
            return try_history(world.storage(), now(), 5s);
        };
    }
    std::function<Async<void>()> counters()
    {
        return [this] {
            return try_counters(world.storage(), now());
        };
    }
    std::function<Async<void>()> outbox()
    {
        return [this] {
            return try_outbox(world.storage(), now());
        };
    }
    std::function<Async<void>()> vault(crypto::KeyEncryptionKey const& key)
    {
        return [this, &key] {
            return try_vault_key(world.storage(), key, world.random);
        };
    }
    void expect_broken_without(std::string const& table, std::function<Async<void>()> const& canary)
    {
        // SQLite would rewrite what triggers say along with the name.
        std::string const literally = on_postgres() ? "" : "PRAGMA legacy_alter_table = ON; ";
        auto const rename = [&](std::string const& from, std::string const& to) {
            world.outside().run(literally + "ALTER TABLE " + from + " RENAME TO " + to);
        };
        rename(table, table + "_away");
        EXPECT_NE(found(canary), "") << table;
        rename(table + "_away", table);
        EXPECT_EQ(found(canary), "") << table;
    }
};
INSTANTIATE_ON_BOTH_DATABASES(Canaries);

TEST_P(Canaries, HoldAndLeaveNothingBehind)
{
    for (int round = 0; round < 2; ++round)
        for (auto const& canary :
             {attempts(), ledger(), seals(), history(), counters(), outbox(), vault(world.key)})
            EXPECT_EQ(found(canary), "");
    for (auto const* const table :
         {"login_attempts",
          "audit_ledger",
          "audit_unsealed",
          "audit_seals",
          "audit_checkpoints",
          "audit_unpublished",
          "rate_counters",
          "outbox",
          "encryption_vaults"})
        EXPECT_EQ(world.count(table), 0) << table;
}

TEST_P(Canaries, SeeThatTheirTableIsGone)
{
    expect_broken_without("login_attempts", attempts());
    expect_broken_without("audit_ledger", ledger());
    expect_broken_without("audit_unsealed", ledger());
    for (auto const* const table :
         {"audit_unsealed", "audit_seals", "audit_checkpoints", "audit_unpublished", "audit_keys"})
        expect_broken_without(table, seals());
    expect_broken_without("rate_counters", counters());
    expect_broken_without("outbox", outbox());
    expect_broken_without("encryption_vaults", vault(world.key));
    expect_broken_without("audit_keys", vault(world.key));
}

TEST_P(Canaries, SeeThatTheLedgerMayBeChangedOrIsNotSealed)
{
    std::string const of = on_postgres() ? " ON audit_ledger" : "";
    auto const* const guard = on_postgres() ? "audit_ledger_append_only" : "audit_ledger_no_delete";
    world.outside().run(std::string("DROP TRIGGER ") + guard + of);
    EXPECT_NE(found(ledger()).find("no longer refuses changes"), std::string::npos);
    world.outside().run("DROP TRIGGER audit_ledger_waits" + of);
    EXPECT_NE(found(ledger()).find("does not wait to be sealed"), std::string::npos);
}

TEST_P(Canaries, SeeAnotherKeyEncryptionKeyAndAnotherSealedRow)
{
    auto const another = crypto::KeyEncryptionKey::mint(world.random);
    EXPECT_NE(found(vault(another)).find("does not open"), std::string::npos);
    world.outside().run(
        on_postgres() ? "UPDATE audit_keys SET private_sealed = '\\x00'::bytea || private_sealed"
                      : "UPDATE audit_keys SET private_sealed = zeroblob(60)"
    );
    EXPECT_NE(found(vault(world.key)).find("does not open"), std::string::npos);
}

TEST_P(Canaries, SeeRowsThatHaveWaitedTooLong)
{
    world.outside().run(
        on_postgres() ? "INSERT INTO audit_unsealed VALUES ('o', 7, now() - interval '11 seconds')"
                      : "INSERT INTO audit_unsealed VALUES ('o', 7, strftime('%Y-%m-%dT%H:%M:%fZ', "
                        "'now', '-11 seconds'))"
    );
    EXPECT_NE(found(seals()).find("1 rows wait, the oldest for 1"), std::string::npos)
        << found(seals());
}

TEST(ControlsThatKnow, mail_whose_transport_fails_or_whose_sender_stands_still)
{
    auto const now = Instant::from_seconds(1'800'000'000);
    outbound::MailHealth health;
    EXPECT_EQ(trouble_with_mail(health, now), "") << "it has only just begun";
    health.looked_at = now - 44s;
    EXPECT_EQ(trouble_with_mail(health, now), "");
    health.looked_at = now - 50s;
    EXPECT_EQ(trouble_with_mail(health, now), "nobody has looked for mail to send for 50 s");
    health.looked_at = now;
    health.works = false;
    health.failure = "unreachable: timeout";
    EXPECT_EQ(trouble_with_mail(health, now), "unreachable: timeout");
}

TEST(ControlsThatKnow, a_feed_that_is_back_at_once_is_no_trouble)
{
    struct Feed final : ChangeSource {
        bool hears = true;
        bool is_current() noexcept override { return hears; }
    } feed;
    Hearing hearing(feed);
    EXPECT_EQ(hearing.trouble(), "");
    feed.hears = false;
    EXPECT_EQ(hearing.trouble(), "");
    std::this_thread::sleep_for(3100ms);
    EXPECT_NE(hearing.trouble(), "");
    feed.hears = true;
    EXPECT_EQ(hearing.trouble(), "");
}

TEST(ControlsThatKnow, work_that_was_lost_is_told_once)
{
    EventLoop loop;
    metrics::count("gatehouse_failed_open_total", {{"control", "canary test"}});
    Losses losses("canary test");
    EXPECT_NO_THROW(wait_for(loop, losses.check())) << "that was before";
    metrics::count("gatehouse_failed_open_total", {{"control", "canary test"}});
    EXPECT_THROW(wait_for(loop, losses.check()), std::runtime_error);
    EXPECT_NO_THROW(wait_for(loop, losses.check()));
}

} // namespace
} // namespace gatehouse::app
