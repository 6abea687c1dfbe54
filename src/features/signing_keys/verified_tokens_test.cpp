// What is remembered of checked signatures: bounded, of one generation of keys, never beyond `exp`.
#include "features/signing_keys/verified_tokens.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace gatehouse::signing_keys {
namespace {

Instant const now = Instant::from_seconds(1'795'331'109);

domain::VerifiedToken token_of(std::string id, Duration life = 900s)
{
    domain::TokenClaims claims;
    claims.token_id = std::move(id);
    claims.issued_at = now;
    claims.expires_at = now + life;
    return domain::VerifiedToken(std::move(claims));
}

crypto::Digest name_of(std::string const& token)
{
    return crypto::sha256_digest(token);
}

TEST(VerifiedTokens, are_found_again_by_the_whole_token_alone)
{
    VerifiedTokens kept(100);
    EXPECT_FALSE(kept.find(name_of("header.payload.signature"), 1, now));
    kept.keep(name_of("header.payload.signature"), 1, token_of("one"));
    auto const found = kept.find(name_of("header.payload.signature"), 1, now);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->claims().token_id, "one");
    for (auto const* const other :
         {"header.payload.signaturf",
          "header.payload.signature=",
          "header.payload.",
          "header.payloae.signature"})
        EXPECT_FALSE(kept.find(name_of(other), 1, now)) << other;
}

TEST(VerifiedTokens, run_out_while_they_are_kept)
{
    VerifiedTokens kept(100);
    kept.keep(name_of("a"), 1, token_of("a", 10s));
    EXPECT_TRUE(kept.find(name_of("a"), 1, now + 10s - 1ms));
    EXPECT_FALSE(kept.find(name_of("a"), 1, now + 10s));
    EXPECT_EQ(kept.size(), 0U);
    EXPECT_FALSE(kept.find(name_of("a"), 1, now)); // also where the clock went back
}

TEST(VerifiedTokens, end_with_their_generation_of_keys)
{
    VerifiedTokens kept(100);
    kept.keep(name_of("a"), 1, token_of("a"));
    EXPECT_FALSE(kept.find(name_of("a"), 2, now));
    EXPECT_FALSE(kept.find(name_of("a"), 1, now));
    // One that was checked under the old keys and comes late is no use under the new ones.
    kept.keep(name_of("b"), 2, token_of("b"));
    kept.keep(name_of("b"), 1, token_of("b"));
    EXPECT_FALSE(kept.find(name_of("b"), 2, now));
    EXPECT_EQ(kept.size(), 0U);
}

TEST(VerifiedTokens, never_exceed_their_bound)
{
    for (std::size_t const most : {0U, 1U, 10U, 1024U, 5000U}) {
        VerifiedTokens kept(most);
        for (int n = 0; n < 20'000; ++n) {
            kept.keep(name_of(std::to_string(n)), 1, token_of("x"));
            if (n % 1000 == 0) {
                EXPECT_LE(kept.size(), most);
            }
        }
        EXPECT_LE(kept.size(), most);
        EXPECT_GE(kept.size(), most / 2);
    }
}

TEST(VerifiedTokens, forget_what_was_asked_for_least_lately)
{
    VerifiedTokens kept(3);
    for (auto const* const one : {"a", "b", "c"})
        kept.keep(name_of(one), 1, token_of(one));
    EXPECT_TRUE(kept.find(name_of("a"), 1, now));
    kept.keep(name_of("d"), 1, token_of("d"));
    EXPECT_TRUE(kept.find(name_of("a"), 1, now));
    EXPECT_FALSE(kept.find(name_of("b"), 1, now));
}

TEST(VerifiedTokens, are_off_at_zero)
{
    VerifiedTokens kept(0);
    kept.keep(name_of("a"), 1, token_of("a"));
    EXPECT_FALSE(kept.find(name_of("a"), 1, now));
    EXPECT_EQ(kept.size(), 0U);
}

TEST(VerifiedTokens, are_counted_when_they_help_and_when_they_do_not)
{
    auto const count = [](char const* outcome) {
        return metrics::value("gatehouse_verified_tokens_total", {{"outcome", outcome}});
    };
    auto const hits = count("hit");
    auto const misses = count("miss");
    VerifiedTokens kept(10);
    EXPECT_FALSE(kept.find(name_of("a"), 1, now));
    kept.keep(name_of("a"), 1, token_of("a"));
    EXPECT_TRUE(kept.find(name_of("a"), 1, now));
    EXPECT_EQ(count("hit"), hits + 1);
    EXPECT_EQ(count("miss"), misses + 1);
}

TEST(VerifiedTokens, answer_several_threads_with_what_was_kept)
{
    VerifiedTokens kept(2048);
    std::atomic<int> wrong = 0;
    {
        std::vector<std::jthread> threads;
        for (std::uint64_t thread = 0; thread < 4; ++thread)
            threads.emplace_back([&, thread] {
                for (int n = 0; n < 20'000; ++n) {
                    auto const id = std::to_string((n * 7 + static_cast<int>(thread)) % 4000);
                    auto const generation = static_cast<std::uint64_t>(n / 5000);
                    auto const found = kept.find(name_of(id), generation, now);
                    if (found && found->claims().token_id != id)
                        ++wrong;
                    if (!found)
                        kept.keep(name_of(id), generation, token_of(id));
                }
            });
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_LE(kept.size(), 2048U);
}

} // namespace
} // namespace gatehouse::signing_keys
