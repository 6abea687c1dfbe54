// The hashing pool: right answers, a full queue, an end in the middle of work.
#include "crypto/passwords.h"

#include "core/event_loop.h"
#include "core/metrics.h"
#include "support/gated_engine.h"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <thread>

namespace gatehouse::crypto {
namespace {

using testing::Gated;

constexpr HashPolicy cheap{.algorithm = HashPolicy::Algorithm::bcrypt, .cost = 4};

// What became of one request.
struct Outcome {
    int matched = 0;
    int mismatched = 0;
    int overloaded = 0;
    int broken = 0;
    int retry_after = 0;
};

Async<void> try_once(PasswordHasher& hasher, std::string password, Outcome& outcome)
{
    try {
        StoredPassword stored;
        bool const matches
            = co_await hasher.matches(SecretString(std::move(password)), std::move(stored));
        ++(matches ? outcome.matched : outcome.mismatched);
    } catch (Overloaded const& overloaded) {
        ++outcome.overloaded;
        outcome.retry_after = overloaded.retry_after_seconds();
    } catch (std::runtime_error const&) {
        ++outcome.broken;
    }
}

StoredPassword stored_of(std::string_view password)
{
    SystemRandom random;
    return hash_password(password, cheap, random);
}

TEST(PasswordHasher, matches_hashes_and_refuses)
{
    SystemRandom random;
    EventLoop loop;
    PasswordHasher hasher({.policy = cheap, .threads = 2}, random);
    auto const made = wait_for(loop, hasher.hash(SecretString("secret")));
    EXPECT_EQ(made.scheme, "bcrypt");
    EXPECT_TRUE(wait_for(loop, hasher.matches(SecretString("secret"), made)));
    EXPECT_FALSE(wait_for(loop, hasher.matches(SecretString("Secret"), made)));
    EXPECT_FALSE(wait_for(loop, hasher.matches(SecretString("secret"), hasher.decoy())));
    EXPECT_EQ(hasher.decoy(), hasher.decoy());
}

TEST(PasswordHasher, several_candidates_are_answered_in_their_order)
{
    SystemRandom random;
    EventLoop loop;
    PasswordHasher hasher({.policy = cheap, .threads = 2}, random);
    std::vector<StoredPassword> stored{
        stored_of("a"), stored_of("b"), hasher.decoy(), stored_of("b"), {"garbage", std::nullopt}
    };
    std::vector<bool> const expected{false, true, false, true, false};
    EXPECT_EQ(wait_for(loop, hasher.matches_each(SecretString("b"), std::move(stored))), expected);
    EXPECT_TRUE(wait_for(loop, hasher.matches_each(SecretString("b"), {})).empty());
}

TEST(PasswordHasher, a_full_queue_refuses_at_once_and_says_when_to_come_back)
{
    SystemRandom random;
    EventLoop loop;
    auto owned = std::make_unique<Gated>();
    auto& engine = *owned;
    PasswordHasher hasher({.policy = cheap, .threads = 1, .queue = 2}, random, std::move(owned));
    auto const rejected_before = metrics::value("gatehouse_password_rejections_total");

    Outcome outcome;
    loop.post([&] { start(try_once(hasher, "right", outcome)); });
    std::jthread other([&] {
        engine.wait_until_entered(1); // one is being computed; two may wait; one too many
        loop.post([&] {
            for (int i = 0; i < 3; ++i)
                start(try_once(hasher, "right", outcome));
            EXPECT_EQ(outcome.overloaded, 1);
            EXPECT_GE(outcome.retry_after, 1);
            EXPECT_EQ(outcome.matched, 0);
            engine.open();
        });
        engine.wait_until_entered(3);
        loop.post([&] { loop.stop(); });
    });
    loop.run();
    other.join();
    loop.post([&] { loop.stop(); }); // whatever was delivered after the last job began
    for (int i = 0; i < 100 && outcome.matched < 3; ++i) {
        loop.post([&] { loop.stop(); });
        loop.run();
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_EQ(outcome.matched, 3);
    EXPECT_EQ(metrics::value("gatehouse_password_rejections_total"), rejected_before + 1);
}

TEST(PasswordHasher, a_group_that_does_not_fit_is_not_begun_in_part)
{
    SystemRandom random;
    EventLoop loop;
    auto owned = std::make_unique<Gated>();
    auto& engine = *owned;
    PasswordHasher hasher({.policy = cheap, .threads = 1, .queue = 3}, random, std::move(owned));
    Outcome first;
    Outcome second;
    auto each = [](PasswordHasher& with, Outcome& outcome) -> Async<void> {
        try {
            std::vector<StoredPassword> stored(3);
            auto const matches
                = co_await with.matches_each(SecretString("right"), std::move(stored));
            outcome.matched += static_cast<int>(matches.size());
        } catch (Overloaded const&) {
            ++outcome.overloaded;
        }
    };
    loop.post([&] {
        start(try_once(hasher, "right", first));
        engine.wait_until_entered(1);
        start(try_once(hasher, "right", first));
        start(each(hasher, second)); // one waits: three more do not fit
        EXPECT_EQ(second.overloaded, 1);
        engine.open();
        engine.wait_until_entered(2);
        loop.stop();
    });
    loop.run();
    for (int i = 0; i < 100 && first.matched < 2; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        loop.post([&] { loop.stop(); });
        loop.run();
    }
    EXPECT_EQ(first.matched, 2);
    EXPECT_EQ(second.matched, 0);
}

TEST(PasswordHasher, more_candidates_than_the_queue_holds_are_taken_when_it_is_empty)
{
    SystemRandom random;
    EventLoop loop;
    PasswordHasher hasher({.policy = cheap, .threads = 1, .queue = 2}, random);
    std::vector<StoredPassword> stored(8, hasher.decoy());
    EXPECT_EQ(wait_for(loop, hasher.matches_each(SecretString("x"), std::move(stored))).size(), 8U);
}

TEST(PasswordHasher, a_broken_engine_breaks_the_request_and_nothing_else)
{
    SystemRandom random;
    EventLoop loop;
    auto owned = std::make_unique<Gated>();
    owned->open();
    PasswordHasher hasher({.policy = cheap, .threads = 1}, random, std::move(owned));
    EXPECT_THROW(
        (void)wait_for(loop, hasher.matches(SecretString("throw"), {})), std::runtime_error
    );
    EXPECT_TRUE(wait_for(loop, hasher.matches(SecretString("right"), {})));
}

TEST(PasswordHasher, ending_answers_everybody_who_waits)
{
    SystemRandom random;
    EventLoop loop;
    auto owned = std::make_unique<Gated>();
    auto& engine = *owned;
    auto hasher = std::make_unique<PasswordHasher>(
        PasswordHasherOptions{.policy = cheap, .threads = 1, .queue = 8}, random, std::move(owned)
    );
    Outcome outcome;
    loop.post([&] {
        for (int i = 0; i < 4; ++i)
            start(try_once(*hasher, "right", outcome));
        engine.wait_until_entered(1);
        std::jthread opener([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            engine.open();
        });
        hasher.reset(); // joins: the one in hand ends, three are told
        loop.stop();
    });
    loop.run();
    EXPECT_EQ(outcome.matched, 1);
    EXPECT_EQ(outcome.overloaded, 3);
}

TEST(PasswordHasher, a_burst_travels_in_groups_shared_fairly)
{
    SystemRandom random;
    EventLoop loop;
    auto owned = std::make_unique<Gated>(5);
    auto& engine = *owned;
    PasswordHasher hasher({.policy = cheap, .threads = 2, .queue = 64}, random, std::move(owned));
    Outcome outcome;
    loop.post([&] {
        start(try_once(hasher, "right", outcome));
        start(try_once(hasher, "right", outcome));
        engine.wait_until_entered(2); // both threads are busy with one job each
        for (int i = 0; i < 20; ++i)
            start(try_once(hasher, i % 2 ? "right" : "wrong", outcome));
        engine.open();
        loop.stop();
    });
    loop.run();
    for (int i = 0; i < 200 && outcome.matched + outcome.mismatched < 22; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        loop.post([&] { loop.stop(); });
        loop.run();
    }
    EXPECT_EQ(outcome.matched, 12);
    EXPECT_EQ(outcome.mismatched, 10);
    EXPECT_EQ(engine.largest_group(), 5U);
}

// Eight lanes, all of which take as long as one.
class Steady final : public HashEngine {
    class Lanes final : public HashLanes {
    public:
        std::size_t lanes() const noexcept override { return 8; }
        void begin(HashJob& job) noexcept override { in_hand_.push_back(&job); }
        void advance(std::vector<HashJob*>& ended) noexcept override
        {
            std::this_thread::sleep_for(std::chrono::milliseconds(25));
            for (auto* const job : in_hand_)
                job->matches = true;
            ended.swap(in_hand_);
            in_hand_.clear();
        }

    private:
        std::vector<HashJob*> in_hand_;
    };

public:
    std::unique_ptr<HashLanes> lanes() override { return std::make_unique<Lanes>(); }
};

// How long a queue takes is judged by what full lanes do: neither by lone jobs, nor by those that
// ended last of several.
TEST(PasswordHasher, quiet_hours_do_not_make_a_burst_seem_slow)
{
    SystemRandom random;
    EventLoop loop;
    PasswordHasherOptions options{.policy = cheap, .threads = 1, .queue = 1000};
    options.longest_wait = std::chrono::milliseconds(400);
    PasswordHasher hasher(options, random, std::make_unique<Steady>());
    for (int lone = 0; lone < 5; ++lone)
        EXPECT_TRUE(wait_for(loop, hasher.matches(SecretString("right"), {})));
    for (int burst : {48, 48}) {
        Outcome outcome;
        loop.post([&] {
            for (int each = 0; each < burst; ++each)
                start(try_once(hasher, "right", outcome));
            loop.stop();
        });
        loop.run();
        for (int looks = 0; looks < 500 && outcome.matched + outcome.overloaded < burst; ++looks) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            loop.post([&] { loop.stop(); });
            loop.run();
        }
        EXPECT_EQ(outcome.matched, burst);
        EXPECT_EQ(outcome.overloaded, 0);
    }
}

TEST(PasswordHasher, many_loops_at_once)
{
    SystemRandom random;
    std::array<EventLoop, 4> loops; // they outlive the threads that post to them
    PasswordHasher hasher({.policy = cheap, .threads = 2, .queue = 1000}, random);
    auto const stored = stored_of("right");
    std::vector<std::jthread> running;
    for (auto& loop : loops)
        running.emplace_back([&] {
            for (int i = 0; i < 20; ++i)
                EXPECT_EQ(
                    wait_for(loop, hasher.matches(SecretString(i % 2 ? "right" : "wrong"), stored)),
                    i % 2 == 1
                );
        });
}

} // namespace
} // namespace gatehouse::crypto
