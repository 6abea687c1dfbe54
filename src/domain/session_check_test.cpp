// Every combination of what can be wrong with a session, and the one that is live.
#include "domain/session_check.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::domain {
namespace {

constexpr auto now = Instant::from_milliseconds(1'795'331'109'123);

SessionFacts live_session()
{
    SessionFacts facts;
    facts.user.id = UserId("person");
    facts.user.organization_id = OrganizationId("organization");
    facts.user.session_version = 3;
    facts.session.id = SessionId("session");
    facts.session.user_id = facts.user.id;
    facts.session.organization_id = facts.user.organization_id;
    facts.session.session_version = 3;
    facts.session.expires_at = now + 1ms;
    facts.session.absolute_expires_at = now + 1ms;
    return facts;
}

TokenClaims matching_claims()
{
    TokenClaims claims;
    claims.subject = UserId("person");
    claims.organization_id = OrganizationId("organization");
    claims.session_id = SessionId("session");
    claims.session_version = 3;
    return claims;
}

Result<Caller> judged(TokenClaims const& claims, SessionFacts facts, Instant at)
{
    return judge_session(claims, std::make_shared<SessionFacts const>(std::move(facts)), at);
}

struct Wrong {
    std::string what;
    std::function<void(SessionFacts&, TokenClaims&)> apply;
    Reason answer;
};

// In the order in which they are judged: of several wrongs the first is said.
std::vector<Wrong> const& wrongs()
{
    static std::vector<Wrong> const all{
        {"another person's session",
         [](SessionFacts&, TokenClaims& claims) { claims.subject = UserId("somebody"); },
         Reason::invalid_token},
        {"another organization's session",
         [](SessionFacts&, TokenClaims& claims) {
             claims.organization_id = OrganizationId("elsewhere");
         },
         Reason::invalid_token},
        {"signed out",
         [](SessionFacts& facts, TokenClaims&) { facts.session.logged_out_at = now - 1h; },
         Reason::session_ended},
        {"revoked",
         [](SessionFacts& facts, TokenClaims&) { facts.session.revoked_at = now - 1h; },
         Reason::session_ended},
        {"idle for too long",
         [](SessionFacts& facts, TokenClaims&) { facts.session.expires_at = now; },
         Reason::session_expired},
        {"past its absolute end",
         [](SessionFacts& facts, TokenClaims&) { facts.session.absolute_expires_at = now; },
         Reason::session_expired},
        {"of a deleted person",
         [](SessionFacts& facts, TokenClaims&) { facts.user.deleted_at = now - 1h; },
         Reason::session_ended},
        {"of a suspended person",
         [](SessionFacts& facts, TokenClaims&) { facts.user.status = UserStatus::suspended; },
         Reason::session_ended},
        {"of an older version of the person",
         [](SessionFacts& facts, TokenClaims&) { facts.user.session_version = 4; },
         Reason::session_invalidated},
        {"with a token of another version",
         [](SessionFacts&, TokenClaims& claims) { claims.session_version = 2; },
         Reason::session_invalidated},
        {"whose row has another version",
         [](SessionFacts& facts, TokenClaims&) { facts.session.session_version = 2; },
         Reason::session_invalidated},
    };
    return all;
}

TEST(SessionCheck, a_session_with_nothing_wrong_is_live)
{
    auto const caller = judged(matching_claims(), live_session(), now);
    ASSERT_TRUE(caller);
    EXPECT_EQ(caller->session_id(), SessionId("session"));
    EXPECT_EQ(caller->user_id(), UserId("person"));
    EXPECT_EQ(caller->organization_id(), OrganizationId("organization"));
}

TEST(SessionCheck, a_session_that_nobody_knows_has_ended)
{
    auto const caller = judge_session(matching_claims(), nullptr, now);
    ASSERT_FALSE(caller);
    EXPECT_EQ(caller.error().reason, Reason::session_ended);
}

TEST(SessionCheck, every_combination_of_wrongs_is_refused_by_the_first_of_them)
{
    auto const combinations = std::size_t(1) << wrongs().size();
    for (std::size_t chosen = 1; chosen < combinations; ++chosen) {
        auto facts = live_session();
        auto claims = matching_claims();
        Wrong const* first = nullptr;
        for (std::size_t at = 0; at < wrongs().size(); ++at)
            if ((chosen >> at) & 1U) {
                wrongs()[at].apply(facts, claims);
                first = first ? first : &wrongs()[at];
            }
        auto const caller = judged(claims, facts, now);
        ASSERT_FALSE(caller) << "let in although " << first->what;
        EXPECT_EQ(caller.error().reason, first->answer) << first->what;
    }
}

TEST(SessionCheck, both_ends_are_exclusive)
{
    auto facts = live_session();
    EXPECT_TRUE(judged(matching_claims(), facts, facts.session.expires_at - 1ms));
    EXPECT_FALSE(judged(matching_claims(), facts, facts.session.expires_at));
}

// Role and address in a token are information: what the database says now is what counts.
TEST(SessionCheck, the_caller_is_the_stored_person_and_not_the_claimed_one)
{
    auto claims = matching_claims();
    claims.role = Role::owner;
    claims.email = "old@example.test";
    auto facts = live_session();
    facts.user.role = Role::staff;
    facts.user.email = "new@example.test";
    auto const caller = judged(claims, facts, now);
    ASSERT_TRUE(caller);
    EXPECT_EQ(caller->user.role, Role::staff);
    EXPECT_EQ(caller->user.email, "new@example.test");
}

} // namespace
} // namespace gatehouse::domain
