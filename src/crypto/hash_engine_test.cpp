// The engines: the same answers from both, joining in the middle, and lanes that are not trusted.
#include "crypto/hash_engine.h"

#include "core/event_loop.h"
#include "core/log.h"
#include "core/metrics.h"
#include "crypto/bcrypt.h"
#include "crypto/passwords.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace gatehouse::crypto {
namespace {

constexpr HashPolicy cheap{.algorithm = HashPolicy::Algorithm::bcrypt, .cost = 4};

// Right rounds but for one bit, in the last of four lanes or more.
void wrong_in_the_fourth(BcryptLane* first)
{
    portable_rounds().schedule(first, 4);
    first[3].words[100] ^= 1;
}

BcryptRounds broken_rounds()
{
    auto rounds = portable_rounds();
    rounds.name = "broken";
    rounds.of_lanes.fill(nullptr);
    for (std::size_t lanes = 1; lanes < 4; ++lanes)
        rounds.of_lanes[lanes - 1] = portable_rounds().of_lanes[lanes - 1];
    std::fill(rounds.of_lanes.begin() + 3, rounds.of_lanes.end(), wrong_in_the_fourth);
    return rounds;
}

HashJob check_of(std::string password, StoredPassword stored)
{
    HashJob job;
    job.password = SecretString(std::move(password));
    job.stored = std::move(stored);
    return job;
}

void finish(HashLanes& lanes, std::size_t jobs)
{
    std::vector<HashJob*> ended;
    ended.reserve(jobs);
    while (ended.size() < jobs)
        lanes.advance(ended);
}

TEST(BcryptChoice, this_processor_has_lanes_that_gain_something)
{
    auto const& choice = chosen_lanes();
    EXPECT_EQ(choice.trouble, "");
    EXPECT_GE(choice.lanes, 2U);
    EXPECT_LE(choice.lanes, most_bcrypt_lanes);
    EXPECT_EQ(&choice, &chosen_lanes());
}

TEST(BcryptChoice, every_number_of_lanes_passes_its_test)
{
    for (std::size_t lanes = 1; lanes <= most_bcrypt_lanes; ++lanes) {
        EXPECT_EQ(tested(portable_rounds(), lanes), "");
        if (auto const quicker = bmi2_rounds()) {
            EXPECT_EQ(tested(*quicker, lanes), "") << lanes;
        }
    }
}

TEST(BcryptChoice, one_wrong_bit_in_one_lane_is_found)
{
    EXPECT_EQ(tested(broken_rounds(), 3), "");
    EXPECT_EQ(tested(broken_rounds(), 4), "bcrypt in 4 lanes (broken) makes wrong hashes");
    auto all_wrong = broken_rounds();
    all_wrong.of_lanes.fill(wrong_in_the_fourth);
    auto const refused = choose_lanes(std::array<BcryptRounds, 1>{all_wrong});
    EXPECT_EQ(refused.lanes, 0U);
    EXPECT_NE(refused.trouble.find("makes wrong hashes"), std::string::npos) << refused.trouble;
    auto const none = choose_lanes({});
    EXPECT_EQ(none.lanes, 0U);
    EXPECT_NE(none.trouble, "");
}

TEST(HashEngine, lanes_that_are_not_trusted_are_replaced_by_libxcrypt_and_it_is_said)
{
    SystemRandom random;
    ::testing::internal::CaptureStderr();
    LaneChoice const refused{
        .rounds = broken_rounds(), .lanes = 0, .trouble = "bcrypt in 4 lanes makes wrong hashes"
    };
    auto engine = side_by_side(cheap, random, refused);
    auto const logged = ::testing::internal::GetCapturedStderr();
    EXPECT_NE(logged.find("crypto.bcrypt_lanes_refused"), std::string::npos) << logged;
    EXPECT_NE(logged.find("makes wrong hashes"), std::string::npos) << logged;
    EXPECT_EQ(metrics::value("gatehouse_bcrypt_lanes"), 0);
    PasswordHasher hasher({.policy = cheap, .threads = 1}, random, std::move(engine));
    EXPECT_EQ(hasher.trouble(), "bcrypt in 4 lanes makes wrong hashes; libxcrypt hashes instead");
    EventLoop loop;
    auto const made = wait_for(loop, hasher.hash(SecretString("secret")));
    EXPECT_TRUE(verify_password("secret", made, cheap));
    EXPECT_TRUE(wait_for(loop, hasher.matches(SecretString("secret"), made)));
    EXPECT_FALSE(wait_for(loop, hasher.matches(SecretString("Secret"), made)));
}

TEST(HashEngine, trusted_lanes_are_no_trouble_and_neither_is_the_wish_for_none)
{
    SystemRandom random;
    PasswordHasher const usual({.policy = cheap, .threads = 1}, random);
    EXPECT_EQ(usual.trouble(), "");
    EXPECT_GE(metrics::value("gatehouse_bcrypt_lanes"), 2);
    PasswordHasher const plain({.policy = cheap, .threads = 1, .libxcrypt_only = true}, random);
    EXPECT_EQ(plain.trouble(), "");
}

// What either engine makes, both verify; and every odd thing is judged alike.
TEST(HashEngine, both_engines_give_the_same_answers)
{
    SystemRandom random;
    auto const one = one_by_one(cheap, random)->lanes();
    auto const many = side_by_side(cheap, random, chosen_lanes())->lanes();
    log::set_level(log::Level::error);
    HashPolicy const argon{.algorithm = HashPolicy::Algorithm::argon2id};
    for (auto const& text :
         {std::string("secret"),
          std::string(72, 'a'),
          std::string(73, 'a'),
          std::string("a\0b", 3),
          std::string(1024, 'x'),
          std::string()}) {
        HashJob making;
        making.password = SecretString(text);
        many->begin(making);
        finish(*many, 1);
        ASSERT_FALSE(making.failure);
        for (auto const& stored :
             {making.made,
              hash_password(text, cheap, random),
              hash_password(text, argon, random),
              StoredPassword{making.made.hash, std::nullopt},
              StoredPassword{"garbage", "bcrypt"},
              StoredPassword{"garbage", "rot13"},
              StoredPassword{"garbage", std::nullopt}})
            for (auto const& tried : {text, text + "x", std::string("other")}) {
                auto by_one = check_of(tried, stored);
                auto by_many = check_of(tried, stored);
                one->begin(by_one);
                many->begin(by_many);
                finish(*one, 1);
                finish(*many, 1);
                EXPECT_EQ(by_one.matches, by_many.matches) << tried << " " << stored.hash;
                EXPECT_EQ(by_one.matches, verify_password(tried, stored, cheap));
                EXPECT_FALSE(by_one.failure || by_many.failure);
            }
        EXPECT_TRUE(verify_password(text, making.made, cheap));
    }
    log::set_level(log::Level::info);
}

// Whatever byte of a stored hash is another one, nothing matches.
TEST(HashEngine, a_hash_that_differs_anywhere_does_not_match)
{
    SystemRandom random;
    auto const lanes = side_by_side(cheap, random, chosen_lanes())->lanes();
    auto const stored = hash_password("secret", cheap, random);
    for (std::size_t at = 7; at < stored.hash.size(); ++at) {
        auto other = stored;
        other.hash[at] = other.hash[at] == 'e' ? 'O' : 'e';
        auto job = check_of("secret", other);
        lanes->begin(job);
        finish(*lanes, 1);
        EXPECT_FALSE(job.matches) << at;
    }
    auto job = check_of("secret", stored);
    lanes->begin(job);
    finish(*lanes, 1);
    EXPECT_TRUE(job.matches);
}

TEST(HashEngine, who_comes_later_joins_and_may_leave_earlier)
{
    SystemRandom random;
    auto const lanes = side_by_side(cheap, random, chosen_lanes())->lanes();
    ASSERT_GE(lanes->lanes(), 2U);
    HashPolicy const dear{.algorithm = HashPolicy::Algorithm::bcrypt, .cost = 8};
    auto first = check_of("dear", hash_password("dear", dear, random));
    auto second = check_of("cheap", hash_password("cheap", cheap, random));
    std::vector<HashJob*> ended;
    ended.reserve(2);
    lanes->begin(first);
    lanes->advance(ended);
    EXPECT_TRUE(ended.empty()) << "a step is shorter than a hash";
    lanes->begin(second);
    while (ended.empty())
        lanes->advance(ended);
    EXPECT_EQ(ended, std::vector<HashJob*>{&second});
    while (ended.size() < 2)
        lanes->advance(ended);
    EXPECT_TRUE(first.matches);
    EXPECT_TRUE(second.matches);
}

TEST(HashEngine, a_burst_on_a_real_pool_is_answered_right)
{
    SystemRandom random;
    EventLoop loop;
    PasswordHasher hasher({.policy = cheap, .threads = 2}, random);
    std::vector<StoredPassword> stored;
    std::vector<bool> expected;
    for (int i = 0; i < 60; ++i) {
        HashPolicy const policy{.algorithm = HashPolicy::Algorithm::bcrypt, .cost = 4 + i % 3};
        stored.push_back(hash_password(i % 4 ? "right" : "wrong", policy, random));
        expected.push_back(i % 4 != 0);
    }
    EXPECT_EQ(wait_for(loop, hasher.matches_each(SecretString("right"), stored)), expected);
}

} // namespace
} // namespace gatehouse::crypto
