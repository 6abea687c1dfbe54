// Every table has somebody who shrinks it, and is seen to shrink: what ended long enough ago goes,
// nothing that is still good does, and a legal hold keeps everything.
#include "domain/clearing_away.h"
#include "domain/members.h"
#include "domain/retention.h"
#include "support/world_fixture.h"

#include <algorithm>

namespace gatehouse::testing {
namespace {
using domain::Ended;

class Retention : public InAWorld {
protected:
    Instant ago(std::int64_t days) const { return world.clock.now() - 24h * days; }
    void clear_away() { world.run(domain::clear_away(world.storage(), world.clock.now())); }
    void sql(std::string const& text, sql::Values values = {})
    {
        world.outside().query(text, std::move(values));
    }
    // A row of each kind that ended so many days ago, about this person.
    void add_ended(Person const& who, std::int64_t days)
    {
        auto const id = who.id + std::to_string(days);
        auto const at = ago(days);
        auto const bound = sql::values(id, who.organization_id, who.id, at);
        for (auto const* const text :
             {"INSERT INTO sessions (id, organization_id, user_id, created_at, last_seen_at, "
              "expires_at, absolute_expires_at) VALUES ($1, $2, $3, $4, $4, $4, $4)",
              "INSERT INTO refresh_tokens (id, organization_id, user_id, session_id, token_hash, "
              "family_id, issued_at, expires_at) VALUES ($1, $2, $3, $1, $1, $1, $4, $4)",
              "INSERT INTO one_time_tokens (id, organization_id, user_id, purpose, token_hash, "
              "created_at, expires_at) VALUES ($1, $2, $3, 'verify_email', $1, $4, $4)",
              "INSERT INTO step_up_challenges (id, organization_id, user_id, purpose, method, "
              "created_at, expires_at) VALUES ($1, $2, $3, 'data_export', 'totp', $4, $4)",
              "INSERT INTO notifications (id, organization_id, user_id, kind, created_at, "
              "cleared_at) VALUES ($1, $2, $3, 'assignment', $4, $4)"})
            sql(text, bound);
        auto const of_house = sql::values(id, who.organization_id, at);
        sql("INSERT INTO invitations (id, organization_id, email, role, token_hash, created_at, "
            "expires_at) VALUES ($1, $2, 'x@y.z', 'staff', $1, $3, $3)",
            of_house);
        sql("INSERT INTO outbox (id, organization_id, topic, recipient, status, next_attempt_at, "
            "created_at, sent_at) VALUES ($1, $2, 'mail', 'x@y.z', 'sent', $3, $3, $3)",
            of_house);
        auto const of_address = sql::values(who.email, who.id, at);
        sql("INSERT INTO login_attempts (email, user_id, successful, attempted_at) "
            "VALUES ($1, $2, false, $3)",
            of_address);
        sql("INSERT INTO reset_requests (email, user_id, requested_at) VALUES ($1, $2, $3)",
            of_address);
    }
    std::int64_t left(std::string const& table) { return world.count(table); }
    void expect_left(std::int64_t rows)
    {
        for (auto const kind : domain::everything_that_ends())
            if (domain::is_of_organizations(kind)) {
                auto const table = std::string(domain::table_of(kind));
                EXPECT_EQ(left(table), rows) << table;
            }
    }
    void put_hold(std::string const& organization, std::string const& user)
    {
        sql("INSERT INTO legal_holds (organization_id, user_id, reason) VALUES ($1, $2, 'a case')",
            sql::values(organization, user));
    }

    Person ann = world.add_person("ann@example.test", "house");
    Person bea = world.add_person("bea@example.test", "other");
};
INSTANTIATE_ON_BOTH_DATABASES(Retention);

TEST_P(Retention, EveryTableOfTheSchemaHasAnOwner)
{
    auto const* const catalogue = GetParam() == sql::Dialect::postgres
        ? "SELECT CAST(table_name AS text) FROM information_schema.tables "
          "WHERE table_schema = 'auth' AND table_type = 'BASE TABLE'"
        : "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    std::vector<std::string> found;
    for (auto const row : world.outside().query(catalogue))
        found.push_back(row.text(0));
    std::vector<std::string> listed;
    for (auto const& owner : domain::table_owners()) {
        listed.emplace_back(owner.table);
        EXPECT_FALSE(owner.shrunk_by.empty()) << owner.table;
    }
    std::ranges::sort(found);
    std::ranges::sort(listed);
    EXPECT_EQ(found, listed);
}

TEST_P(Retention, EveryTableThatGrowsIsCounted)
{
    auto work = world.run(world.storage().read());
    auto const sizes = world.run(work->members().retention().sizes());
    for (auto const& owner : domain::table_owners())
        if (owner.grows_with_traffic) {
            auto const found = std::ranges::find(
                sizes, owner.table, &std::pair<std::string, std::int64_t>::first
            );
            EXPECT_NE(found, sizes.end()) << owner.table;
        }
    world.run(domain::tell_sizes(world.storage()));
}

TEST_P(Retention, WhatEndedLongAgoGoesFromEveryTable)
{
    add_ended(ann, 200);
    expect_left(1);
    clear_away();
    expect_left(0);
    EXPECT_EQ(left("users"), 2);
}

TEST_P(Retention, NothingGoesBeforeItsTime)
{
    sql("UPDATE users SET created_at = $1", sql::values(ago(300)));
    for (std::int64_t const days : {0, 20, 29})
        add_ended(ann, days);
    clear_away();
    EXPECT_EQ(left("sessions"), 3);
    for (auto const* const table :
         {"refresh_tokens", "one_time_tokens", "step_up_challenges", "invitations", "outbox"})
        EXPECT_EQ(left(table), 3) << table;
    EXPECT_EQ(left("login_attempts"), 1); // of today
    EXPECT_EQ(left("reset_requests"), 1);
}

TEST_P(Retention, OPS12WhatIsStillGoodNeverGoesHoweverOldTheRest)
{
    auto const ahead = world.clock.now() + 1min;
    auto const bound = sql::values(ann.organization_id, ann.id, ago(900), ahead);
    sql("INSERT INTO sessions (id, organization_id, user_id, created_at, last_seen_at, expires_at, "
        "absolute_expires_at) VALUES ('s', $1, $2, $3, $3, $4, $4)",
        bound);
    sql("INSERT INTO refresh_tokens (id, organization_id, user_id, session_id, token_hash, "
        "family_id, issued_at, expires_at) VALUES ('r', $1, $2, 's', 'h', 'f', $3, $4)",
        bound);
    sql("INSERT INTO one_time_tokens (organization_id, user_id, purpose, token_hash, created_at, "
        "expires_at) VALUES ($1, $2, 'verify_email', 'h', $3, $4)",
        bound);
    sql("INSERT INTO outbox (organization_id, topic, recipient, next_attempt_at, created_at) "
        "VALUES ($1, 'mail', $2, $3, $3)",
        sql::values(ann.organization_id, ann.email, ago(900)));
    sql("UPDATE organizations SET created_at = $1", sql::values(ago(900)));
    clear_away();
    for (auto const* const table : {"sessions", "refresh_tokens", "one_time_tokens", "outbox"})
        EXPECT_EQ(left(table), 1) << table;
    EXPECT_EQ(left("organizations"), 2);
}

TEST_P(Retention, WhatTellsOfAStolenTokenStaysForNinetyDays)
{
    add_ended(ann, 60);
    sql("UPDATE refresh_tokens SET suspicious_reuse_at = $1", sql::values(ago(60)));
    sql("INSERT INTO refresh_tokens (organization_id, user_id, session_id, token_hash, family_id, "
        "issued_at, expires_at) SELECT organization_id, user_id, session_id, 'second', family_id, "
        "issued_at, expires_at FROM refresh_tokens");
    clear_away();
    EXPECT_EQ(left("refresh_tokens"), 2); // the whole family
    EXPECT_EQ(left("sessions"), 1);
    world.clock.move_by(24h * 31);
    clear_away();
    EXPECT_EQ(left("refresh_tokens"), 0);
    EXPECT_EQ(left("sessions"), 0);
}

TEST_P(Retention, CountersAndCapturedMailsGoToo)
{
    sql("INSERT INTO rate_counters (bucket, node, window_start, updated_at) "
        "VALUES ('b', '', $1, $1)",
        sql::values(ago(2)));
    sql("INSERT INTO captured_mails (id, message_id, from_address, to_address, subject, raw, "
        "created_at) VALUES ('m', 'm', 'a@b.c', 'a@b.c', 's', 'r', $1)",
        sql::values(ago(31)));
    clear_away();
    EXPECT_EQ(left("rate_counters"), 0);
    EXPECT_EQ(left("captured_mails"), 0);
}

TEST_P(Retention, AnOrganizationHasTimesOfItsOwn)
{
    sql("INSERT INTO retention_settings (organization_id, attempt_days, session_days, token_days, "
        "mail_days) VALUES ('house', 20, 20, 20, 20)");
    for (auto const& who : {ann, bea}) {
        add_ended(who, 10);
        add_ended(who, 25);
        add_ended(who, 400);
    }
    clear_away();
    for (auto const* const table : {"refresh_tokens", "one_time_tokens", "invitations", "outbox"}) {
        EXPECT_EQ(left(std::string(table) + " WHERE organization_id = 'house'"), 1) << table;
        EXPECT_EQ(left(std::string(table) + " WHERE organization_id = 'other'"), 2) << table;
    }
    EXPECT_EQ(left("sessions WHERE organization_id = 'house'"), 1);
    EXPECT_EQ(left("sessions WHERE organization_id = 'other'"), 2);
    EXPECT_EQ(world.count("login_attempts WHERE user_id = $1", sql::values(ann.id)), 1);
    EXPECT_EQ(world.count("login_attempts WHERE user_id = $1", sql::values(bea.id)), 0);
}

TEST_P(Retention, ALegalHoldOnAnOrganizationKeepsAllOfIt)
{
    put_hold("house", "");
    sql("INSERT INTO retention_settings (organization_id, session_days) VALUES ('house', 7)");
    add_ended(ann, 400);
    add_ended(bea, 400);
    clear_away();
    expect_left(1);
    sql("DELETE FROM legal_holds");
    clear_away();
    expect_left(0);
}

TEST_P(Retention, ALegalHoldOnAPersonKeepsWhatIsAboutThem)
{
    auto const cat = world.add_person("cat@example.test", "house");
    put_hold("house", ann.id);
    add_ended(ann, 400);
    add_ended(cat, 400);
    clear_away();
    for (auto const* const table :
         {"sessions",
          "refresh_tokens",
          "one_time_tokens",
          "step_up_challenges",
          "notifications",
          "login_attempts",
          "reset_requests"}) {
        EXPECT_EQ(world.count(std::string(table) + " WHERE user_id = $1", sql::values(ann.id)), 1)
            << table;
        EXPECT_EQ(world.count(std::string(table) + " WHERE user_id = $1", sql::values(cat.id)), 0)
            << table;
    }
}

// Mail and invitations name people by their addresses alone.
TEST_P(Retention, ALegalHoldOnAPersonKeepsWhatWentToThem)
{
    put_hold("house", ann.id);
    for (auto const* const to : {"Ann@example.test", "somebody@example.test"}) {
        sql("INSERT INTO outbox (id, organization_id, topic, recipient, status, next_attempt_at, "
            "created_at) VALUES ($1, 'house', 'mail', $1, 'sent', $2, $2)",
            sql::values(to, ago(400)));
        sql("INSERT INTO invitations (id, organization_id, email, role, token_hash, created_at, "
            "expires_at) VALUES ($1, 'house', $1, 'staff', $1, $2, $2)",
            sql::values(to, ago(400)));
    }
    clear_away();
    for (auto const* const table : {"outbox", "invitations"}) {
        EXPECT_EQ(left(table), 1) << table;
        EXPECT_EQ(world.count(std::string(table) + " WHERE id = 'Ann@example.test'"), 1) << table;
    }
    sql("DELETE FROM legal_holds");
    clear_away();
    for (auto const* const table : {"outbox", "invitations"})
        EXPECT_EQ(left(table), 0) << table;
}

TEST_P(Retention, APersonalOrganizationWithoutAnybodyGoesAfterADay)
{
    sql("UPDATE organizations SET kind = 'personal'");
    sql("DELETE FROM users WHERE organization_id = 'house'");
    sql("UPDATE organizations SET created_at = $1", sql::values(ago(0)));
    clear_away();
    EXPECT_EQ(left("organizations"), 2);
    world.clock.move_by(25h);
    put_hold("house", "");
    clear_away();
    EXPECT_EQ(left("organizations"), 2);
    sql("DELETE FROM legal_holds");
    clear_away();
    EXPECT_EQ(left("organizations"), 1); // somebody is in the other one
}

TEST_P(Retention, OneNodeAtATime)
{
    add_ended(ann, 400);
    auto other = world.run(world.storage().begin());
    EXPECT_TRUE(world.run(other->members().retention().lock()));
    if (GetParam() == sql::Dialect::postgres) { // SQLite's writer is the lock
        clear_away();
        expect_left(1);
    }
    world.run(other->commit());
    clear_away();
    expect_left(0);
}

} // namespace
} // namespace gatehouse::testing
