// Sessions: which are live, which end, and what use moves.
#include "stores/postgres_fixture.h"
#include "support/store_fixture.h"

namespace gatehouse::testing {
namespace {

using domain::OrganizationId;
using domain::Session;
using domain::SessionEnd;
using domain::SessionId;
using domain::UnitOfWork;
using domain::UserId;

class SessionsStore : public OnStores {
protected:
    OrganizationId const here{"o"};
    UserId const ann{"ann"};

    void SetUp() override
    {
        OnStores::SetUp();
        add_people();
    }
    std::vector<std::string> live(Instant at = now)
    {
        auto const sessions = in_unit([&](UnitOfWork& work) -> Async<std::vector<Session>> {
            co_return co_await work.sessions().live_of(here, ann, at);
        });
        std::vector<std::string> ids;
        for (auto const& each : sessions)
            ids.push_back(each.id.text());
        return ids;
    }
    bool revoke(std::string const& id, std::string const& of = "ann", Instant at = now)
    {
        return in_unit([&](UnitOfWork& work) -> Async<bool> {
            UserId const who(of);
            SessionId const which(id);
            co_return co_await work.sessions().revoke(
                here, who, which, SessionEnd::user_requested, at
            );
        });
    }
    bool log_out(std::string const& id)
    {
        return in_unit([&](UnitOfWork& work) -> Async<bool> {
            SessionId const which(id);
            co_return co_await work.sessions().log_out(here, which, now);
        });
    }
    void touch(std::string const& id, Instant seen, Instant idle_end)
    {
        in_unit([&](UnitOfWork& work) -> Async<void> {
            SessionId const which(id);
            co_await work.sessions().touch(here, which, seen, idle_end);
        });
    }
    Instant time(std::string const& column)
    {
        return outside().query("SELECT " + column + " FROM sessions").front().instant(0);
    }
    using Ids = std::vector<std::string>;
};
INSTANTIATE_ON_BOTH_DATABASES(SessionsStore);

TEST_P(SessionsStore, ASessionComesBackAsAdded)
{
    auto made = session("one");
    made.surface = domain::Surface::account;
    made.ip_address = "::1";
    made.user_agent = "Agent \U0001F98A";
    made.device_fingerprint = "print";
    made.device_id = "id";
    made.device_name = "name";
    made.country = "CH";
    made.city = "Z\u00FCrich";
    made.auth_methods = {"password", "a,b", "\"quoted\""};
    made.remember_me = true;
    add(made);
    auto const sessions = in_unit([&](UnitOfWork& work) -> Async<std::vector<Session>> {
        co_return co_await work.sessions().live_of(here, ann, now);
    });
    ASSERT_EQ(sessions.size(), 1U);
    auto const& back = sessions.front();
    EXPECT_EQ(back.surface, domain::Surface::account);
    EXPECT_EQ(back.ip_address, made.ip_address);
    EXPECT_EQ(back.user_agent, made.user_agent);
    EXPECT_EQ(back.device_fingerprint, made.device_fingerprint);
    EXPECT_EQ(back.device_id, made.device_id);
    EXPECT_EQ(back.device_name, made.device_name);
    EXPECT_EQ(back.country, made.country);
    EXPECT_EQ(back.city, made.city);
    EXPECT_EQ(back.auth_methods, made.auth_methods);
    EXPECT_TRUE(back.remember_me);
    EXPECT_EQ(back.expires_at, made.expires_at);
    EXPECT_EQ(back.absolute_expires_at, made.absolute_expires_at);
    EXPECT_EQ(back.logged_out_at, std::nullopt);
}

// What SQL ended stays ended, also where a request that began before notes its use afterwards.
TEST_P(SessionsStore, AUseThatIsNotedLateDoesNotReviveASessionThatSqlEnded)
{
    add(session("one"));
    auto const past = now - 1min;
    outside().query("UPDATE sessions SET expires_at = $1", sql::values(past));
    touch("one", now, now + 24h * 7);
    EXPECT_EQ(time("expires_at"), past);
    EXPECT_EQ(live(), Ids());
}

// M-02: nothing about the device is known.
TEST_P(SessionsStore, WhatIsOptionalMayBeAbsent)
{
    add(session("one"));
    EXPECT_EQ(live(), Ids{"one"});
    EXPECT_EQ(count("sessions WHERE user_agent IS NULL AND ip_address IS NULL"), 1);
}

TEST_P(SessionsStore, LiveOnesAreThoseWithNothingAgainstThem)
{
    for (auto const* const id : {"good", "out", "revoked", "idle", "over", "version"})
        add(session(id));
    add(session("beas", "bea"));
    outside().run("UPDATE sessions SET logged_out_at = created_at WHERE id = 'out';"
                  "UPDATE sessions SET revoked_at = created_at WHERE id = 'revoked';"
                  "UPDATE sessions SET expires_at = created_at WHERE id = 'idle';"
                  "UPDATE sessions SET absolute_expires_at = created_at WHERE id = 'over';"
                  "UPDATE sessions SET session_version = 7 WHERE id = 'version'");
    EXPECT_EQ(live(), Ids{"good"});
    EXPECT_EQ(live(now + 24h * 7 - 1ms), Ids{"good"});
    EXPECT_EQ(live(now + 24h * 7), Ids());
}

TEST_P(SessionsStore, ASessionEndsOnceAndOnlyByItsOwner)
{
    add(session("one"));
    EXPECT_FALSE(revoke("one", "bea"));
    EXPECT_FALSE(revoke("unknown"));
    EXPECT_TRUE(revoke("one"));
    EXPECT_FALSE(revoke("one"));
    EXPECT_FALSE(log_out("one"));
    EXPECT_EQ(count("sessions WHERE revoke_reason = 'user_requested'"), 1);
    add(session("two"));
    EXPECT_TRUE(log_out("two"));
    EXPECT_FALSE(log_out("two"));
    EXPECT_FALSE(revoke("two"));
    EXPECT_EQ(count("sessions"), 2) << "the rows stay as evidence";
}

TEST_P(SessionsStore, OneThatHasRunOutIsNoLongerRevoked)
{
    add(session("one"));
    EXPECT_FALSE(revoke("one", "ann", now + 24h * 7));
    EXPECT_TRUE(revoke("one", "ann", now + 24h * 7 - 1ms));
}

TEST_P(SessionsStore, AllButOneEndTogether)
{
    for (auto const* const id : {"one", "two", "three"})
        add(session(id));
    add(session("beas", "bea"));
    auto const revoke_all = [&](std::optional<SessionId> kept) {
        return in_unit([&](UnitOfWork& work) -> Async<std::int64_t> {
            co_return co_await work.sessions().revoke_all(
                here, ann, kept, SessionEnd::password_changed, now
            );
        });
    };
    EXPECT_EQ(revoke_all(SessionId("two")), 2);
    EXPECT_EQ(live(), Ids{"two"});
    EXPECT_EQ(revoke_all(std::nullopt), 1);
    EXPECT_EQ(live(), Ids());
    EXPECT_EQ(count("sessions WHERE revoked_at IS NULL AND user_id = 'bea'"), 1);
}

TEST_P(SessionsStore, BeyondTheLimitTheOldestRowsThatAreNotLoggedOutGo)
{
    int second = 0;
    for (auto const* const id : {"first", "second", "third", "fourth"}) {
        auto made = session(id);
        made.created_at = now + std::chrono::seconds(++second);
        add(made);
    }
    add(session("beas", "bea"));
    EXPECT_TRUE(log_out("third"));
    auto const gone = in_unit([&](UnitOfWork& work) -> Async<std::int64_t> {
        co_return co_await work.sessions().purge_beyond(here, ann, 2);
    });
    EXPECT_EQ(gone, 1);
    EXPECT_EQ(live(), (Ids{"fourth", "second"}));
    EXPECT_EQ(count("sessions WHERE id = 'third'"), 1) << "evidence is not counted and not taken";
    EXPECT_EQ(count("sessions WHERE id = 'beas'"), 1);
}

TEST_P(SessionsStore, UseMovesTheIdleEndForwardAloneAndNeverPastTheAbsoluteEnd)
{
    add(session("one"));
    touch("one", now + 1h, now + 24h * 8);
    EXPECT_EQ(time("last_seen_at"), now + 1h);
    EXPECT_EQ(time("expires_at"), now + 24h * 8);
    touch("one", now + 2h, now + 24h * 2);
    EXPECT_EQ(time("expires_at"), now + 24h * 8) << "an end that was promised stays";
    touch("one", now + 3h, now + 24h * 99);
    EXPECT_EQ(time("expires_at"), now + 24h * 30);
    touch("one", now, now + 24h * 99);
    EXPECT_EQ(time("last_seen_at"), now + 3h) << "and nothing moves backwards";
    EXPECT_EQ(time("absolute_expires_at"), now + 24h * 30);
}

TEST_P(SessionsStore, UseOfADeadOneMovesNothing)
{
    add(session("one"));
    EXPECT_TRUE(log_out("one"));
    touch("one", now + 1h, now + 24h * 8);
    EXPECT_EQ(time("last_seen_at"), now);
}

// PostgreSQL alone: SQLite has one writer at a time.
class SessionsOnPostgres : public SessionsStore { };
INSTANTIATE_ON_POSTGRES(SessionsOnPostgres);

// Whoever ends several sessions at once locks them in an order of their own.
TEST_P(SessionsOnPostgres, UseOfOneThatSomebodyHoldsIsPassedOverNotWaitedFor)
{
    add(session("one"));
    outside().run("BEGIN");
    EXPECT_EQ(outside().query("SELECT id FROM sessions WHERE id = 'one' FOR UPDATE").size(), 1U);
    touch("one", now + 1h, now + 24h * 8);
    outside().run("COMMIT");
    EXPECT_EQ(time("last_seen_at"), now);
}

} // namespace
} // namespace gatehouse::testing
