// Counters in the database: requests that mail, and windows that slide; and the first signing key.
#include "domain/mail_requests.h"
#include "domain/reset_requests.h"
#include "domain/signing_keys.h"
#include "support/store_fixture.h"

namespace gatehouse::testing {
namespace {

using domain::CanonicalAddress;
using domain::CountedWindow;
using domain::ResetRequest;
using domain::ResetRequests;
using domain::SigningKey;
using domain::UnitOfWork;
using domain::UserId;

class CountersStore : public OnStores {
protected:
    CountedWindow add_at(Instant at, std::string const& key = "key")
    {
        return in_unit([&](UnitOfWork& work) -> Async<CountedWindow> {
            co_return co_await work.rate_counters().add(key, at, 1h);
        });
    }
    void record(Duration ago, std::optional<UserId> const& who, bool throttled = false)
    {
        ResetRequest row{.address = CanonicalAddress("ann@example.test")};
        row.user_id = who;
        row.requested_at = now - ago;
        row.throttled = throttled;
        in_unit([&](UnitOfWork& work) -> Async<void> {
            co_await work.reset_requests().record(row);
        });
    }
    ResetRequests::Recent recent()
    {
        return in_unit([&](UnitOfWork& work) -> Async<ResetRequests::Recent> {
            CanonicalAddress const address("ANN@example.test");
            co_return co_await work.reset_requests().since(address, now - 1h);
        });
    }
};
INSTANTIATE_ON_BOTH_DATABASES(CountersStore);

TEST_P(CountersStore, CountsEachKeyByItself)
{
    EXPECT_EQ(add_at(now).count, 1);
    EXPECT_EQ(add_at(now).count, 2);
    EXPECT_EQ(add_at(now, "other").count, 1);
    EXPECT_EQ(add_at(now + 1min).count, 3);
}

TEST_P(CountersStore, WhatIsOlderThanTheWindowCountsNoMoreToTheMillisecond)
{
    for (int time = 0; time < 5; ++time)
        add_at(now);
    EXPECT_EQ(add_at(now + 30min).count, 6);
    auto const last = add_at(now + 1h - 1ms);
    EXPECT_EQ(last.count, 7);
    EXPECT_EQ(last.began, now);
    auto const later = add_at(now + 1h);
    EXPECT_EQ(later.count, 3) << "the five from an hour ago are over";
    EXPECT_EQ(later.began, now + 30min);
}

TEST_P(CountersStore, ResetRequestsCountWithinTheHourUnlessThrottled)
{
    EXPECT_EQ(recent().count, 0);
    EXPECT_EQ(recent().oldest, std::nullopt);
    record(1h, {}); // no longer
    record(1h - 1ms, {});
    record(10min, {});
    record(5min, {}, true);
    EXPECT_EQ(recent().count, 2);
    EXPECT_EQ(recent().oldest, now - 1h + 1ms);
}

TEST_P(CountersStore, ResetRequestsCountForThoseTheyWereAbout)
{
    add_people();
    record(1min, {});
    record(2min, UserId("ann"));
    record(3min, UserId("ann"));
    EXPECT_EQ(recent().count, 2);
    outside().run("DELETE FROM users WHERE id = 'ann'");
    EXPECT_EQ(recent().count, 1);
}

TEST_P(CountersStore, OfSeveralFirstKeysOneIsKept)
{
    auto const insert = [&](std::string const& kid) {
        SigningKey const key{
            .kid = kid,
            .algorithm = "EdDSA",
            .state = domain::KeyState::signing,
            .public_jwk = R"({"kty":"OKP"})",
            .private_sealed = std::string("\x00\xFF sealed", 9),
            .published_at = now,
            .not_before = now,
            .not_after = std::nullopt
        };
        return in_unit([&](UnitOfWork& work) -> Async<bool> {
            co_return co_await work.signing_keys().insert(key);
        });
    };
    EXPECT_TRUE(insert("first"));
    EXPECT_FALSE(insert("second"));
    auto const keys = in_unit([&](UnitOfWork& work) -> Async<std::vector<SigningKey>> {
        co_return co_await work.signing_keys().all();
    });
    ASSERT_EQ(keys.size(), 1U);
    EXPECT_EQ(keys.front().kid, "first");
    EXPECT_EQ(keys.front().private_sealed, std::string("\x00\xFF sealed", 9));
    outside().run("UPDATE signing_keys SET state = 'removed'");
    EXPECT_EQ(
        in_unit([&](UnitOfWork& work) -> Async<std::vector<SigningKey>> {
            co_return co_await work.signing_keys().all();
        }).size(),
        0U
    );
}

} // namespace
} // namespace gatehouse::testing
