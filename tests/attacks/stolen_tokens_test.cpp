// Tokens where they do not belong, after their end, or with words that we did not mean.
#include "core/uuid.h"
#include "support/world_fixture.h"

namespace gatehouse::testing {
namespace {

constexpr char const* email = "ann@example.test";

class StolenTokens : public InAWorld {
protected:
    Person ann = world.add_person(email);

    Answer mine(std::string const& bearer) { return world.call(get("/api/v1/me/data").as(bearer)); }
    Answer refresh(std::string const& token)
    {
        return world.call(post("/api/v1/auth/refresh", {{"refreshToken", token}}));
    }
    // What a token of this session would say.
    domain::TokenClaims claims(Answer const& in)
    {
        domain::TokenClaims made;
        made.subject = domain::UserId(ann.id);
        made.organization_id = domain::OrganizationId(ann.organization_id);
        made.session_id = domain::SessionId(in.text("sessionId"));
        made.email = email;
        made.role = domain::Role::owner;
        made.token_id = mint_uuid(world.clock.now(), world.random);
        made.issued_at = world.clock.now();
        made.expires_at = world.clock.now() + 1h;
        return made;
    }
    Answer with(domain::TokenClaims const& changed) { return mine(world.signed_token(changed)); }
    Answer remembered()
    {
        return world.call(post(
            account_login, {{"email", email}, {"password", ann.password}, {"rememberMe", true}}
        ));
    }
};
INSTANTIATE_ON_BOTH_DATABASES(StolenTokens);

TEST_P(StolenTokens, BothKindsOfTokenOpenBothSurfacesAndNothingElseDoes)
{
    auto const in = login(ann);
    auto const cookie = "token=" + in.text("token");
    EXPECT_EQ(mine(in.text("token")).status, 200);
    EXPECT_EQ(mine(in.text("accessToken")).status, 200);
    EXPECT_EQ(world.call(get("/api/v1/me/data").with_cookie(cookie)).status, 200);
    EXPECT_EQ(mine(in.text("refreshToken")).code(), "INVALID_TOKEN");
    EXPECT_EQ(mine(in.text("sessionId")).code(), "INVALID_TOKEN");
    EXPECT_EQ(refresh(in.text("token")).code(), "INVALID_TOKEN");
    EXPECT_EQ(refresh(in.text("accessToken")).code(), "INVALID_TOKEN");
    EXPECT_EQ(world.call(get("/api/v1/me/data")).code(), "UNAUTHORIZED");
}

TEST_P(StolenTokens, ABadBearerIsRefusedEvenBesideAGoodCookie)
{
    auto const in = login(ann);
    auto const call = get("/api/v1/me/data").with_cookie("token=" + in.text("token"));
    EXPECT_EQ(world.call(call.as("nonsense")).status, 401);
}

TEST_P(StolenTokens, AMailedTokenOpensOnlyWhatItWasMailedFor)
{
    world.registered("bea@example.test");
    auto const verify_link = world.mails("bea@example.test").front().tokens.front();
    auto const reset_link = forgotten_link(email);
    EXPECT_EQ(reset(verify_link, "Another-Horse-8").code(), "TOKEN_INVALID");
    auto const verified = world.call(get("/api/auth/verify-email?token=" + reset_link));
    EXPECT_EQ(verified.header("Location"), "https://id.example.test/login?error=TOKEN_INVALID");
    update(ann, "two_factor_enabled = true");
    auto const pending = login(ann).text("tempToken");
    EXPECT_EQ(reset(pending, "Another-Horse-8").code(), "TOKEN_INVALID");
    EXPECT_EQ(refresh(pending).code(), "INVALID_TOKEN");
    EXPECT_EQ(mine(pending).status, 401);
    EXPECT_EQ(reset(reset_link, "Another-Horse-8").status, 200) << "none of that used it up";
}

// Signed by us, but with words that no session of ours has.
TEST_P(StolenTokens, ClaimsThatDoNotFitTheSessionAreRefused)
{
    auto const in = login(ann);
    EXPECT_EQ(with(claims(in)).status, 200);
    auto changed = claims(in);
    changed.subject = domain::UserId("somebody");
    EXPECT_EQ(with(changed).code(), "INVALID_TOKEN");
    changed = claims(in);
    changed.organization_id = domain::OrganizationId("elsewhere");
    EXPECT_EQ(with(changed).code(), "INVALID_TOKEN");
    changed = claims(in);
    changed.session_id = domain::SessionId("99999");
    EXPECT_EQ(with(changed).code(), "SESSION_INVALID");
    changed = claims(in);
    changed.session_version = 2;
    EXPECT_EQ(with(changed).code(), "SESSION_INVALIDATED");
    changed = claims(in);
    changed.expires_at = world.clock.now();
    EXPECT_EQ(with(changed).code(), "TOKEN_EXPIRED");
}

TEST_P(StolenTokens, ARoleInTheTokenIsNoAuthority)
{
    update(ann, "role = 'staff'");
    auto const in = login(ann);
    auto raised = claims(in);
    raised.role = domain::Role::owner;
    EXPECT_EQ(with(raised).text("user.role"), "staff");
}

TEST_P(StolenTokens, WhatSqlWritesCountsOnTheNextRequest)
{
    auto const in = login(ann);
    auto const token = in.text("token");
    update(ann, "status = 'suspended'");
    EXPECT_EQ(mine(token).code(), "SESSION_INVALID");
    update(ann, "status = 'active'");
    EXPECT_EQ(mine(token).status, 200);
    update(ann, "session_version = session_version + 1");
    EXPECT_EQ(mine(token).code(), "SESSION_INVALIDATED");
    update(ann, "session_version = session_version - 1");
    auto const session = [&](std::string const& assignment) {
        world.outside().query("UPDATE sessions SET " + assignment);
        return mine(token).code();
    };
    EXPECT_EQ(session("revoked_at = created_at"), "SESSION_INVALID");
    EXPECT_EQ(session("revoked_at = NULL, logged_out_at = created_at"), "SESSION_INVALID");
    EXPECT_EQ(session("logged_out_at = NULL, expires_at = created_at"), "TOKEN_EXPIRED");
    world.outside().query("DELETE FROM sessions");
    EXPECT_EQ(mine(token).code(), "SESSION_INVALID");
}

TEST_P(StolenTokens, AccessTokensLiveFifteenMinutesAndLongOnesADay)
{
    auto const in = login(ann);
    EXPECT_EQ(in.number("expiresIn"), 900);
    world.clock.move_by(15min - 1s);
    EXPECT_EQ(mine(in.text("accessToken")).status, 200);
    world.clock.move_by(1s);
    EXPECT_EQ(mine(in.text("accessToken")).text("error"), "Token expired");
    world.clock.move_by(24h - 15min - 1s);
    EXPECT_EQ(mine(in.text("token")).status, 200);
    world.clock.move_by(1s);
    EXPECT_EQ(mine(in.text("token")).code(), "TOKEN_EXPIRED");
    EXPECT_EQ(refresh(in.text("refreshToken")).status, 200) << "the session lives on";
}

TEST_P(StolenTokens, ASessionEndsAfterSevenDaysWithoutUse)
{
    auto const in = login(ann);
    world.clock.move_by(24h * 7);
    auto const late = refresh(in.text("refreshToken"));
    EXPECT_EQ(late.code(), "TOKEN_EXPIRED");
    EXPECT_EQ(late.text("error"), "Session expired");
    world.clock.move_by(-1ms);
    EXPECT_EQ(refresh(in.text("refreshToken")).status, 200);
}

TEST_P(StolenTokens, UseMovesTheIdleEndButNeverTheAbsoluteOne)
{
    auto const in = login(ann);
    auto token = in.text("refreshToken");
    for (int day = 6; day <= 24; day += 6) {
        world.clock.move_by(24h * 6);
        auto const answer = refresh(token);
        ASSERT_EQ(answer.status, 200) << "day " << day << ": " << answer.body;
        token = answer.text("refreshToken");
    }
    world.clock.move_by(24h * 6 - 1h); // an hour before the 30th day ends
    auto const last = refresh(token);
    ASSERT_EQ(last.status, 200) << last.body;
    world.clock.move_by(1h - 1s);
    EXPECT_EQ(mine(last.text("token")).status, 200);
    world.clock.move_by(1s);
    EXPECT_EQ(mine(last.text("token")).code(), "TOKEN_EXPIRED") << "no token outlives its session";
    EXPECT_EQ(refresh(last.text("refreshToken")).status, 401);
}

// D-70: after the answer, at most once a minute, and allowed to be lost.
TEST_P(StolenTokens, UseIsNotedOnceAMinute)
{
    auto const token = login(ann).text("token");
    auto const seen = [&] {
        return world.outside().query("SELECT last_seen_at FROM sessions").front().instant(0);
    };
    auto const begun = world.clock.now();
    world.clock.move_by(1min - 1ms);
    mine(token);
    EXPECT_EQ(world.waiting_afterwards(), 0U);
    world.clock.move_by(1ms);
    mine(token);
    EXPECT_EQ(seen(), begun) << "not inside the request";
    EXPECT_TRUE(world.run_afterwards().empty());
    EXPECT_EQ(seen(), begun + 1min);
    mine(token);
    EXPECT_EQ(world.waiting_afterwards(), 0U);
}

TEST_P(StolenTokens, RememberedSessionsLastThirtyDaysWithoutUse)
{
    auto const in = remembered();
    EXPECT_NE(in.cookies().at(0).find("Max-Age=2592000"), std::string::npos);
    world.clock.move_by(24h * 30 - 1s);
    EXPECT_EQ(mine(in.text("token")).status, 200);
    world.clock.move_by(1s);
    EXPECT_EQ(mine(in.text("token")).status, 401);
}

TEST_P(StolenTokens, BeyondTheAllowedNumberTheOldestSessionsGo)
{
    world.settings.max_active_sessions_per_user = 2;
    auto const first = login(ann);
    world.clock.move_by(1s);
    auto const second = login(ann);
    world.clock.move_by(1s);
    auto const third = login(ann);
    EXPECT_EQ(mine(first.text("token")).code(), "SESSION_INVALID");
    EXPECT_EQ(mine(second.text("token")).status, 200);
    EXPECT_EQ(mine(third.text("token")).status, 200);
    EXPECT_EQ(world.count("sessions"), 2);
    auto const bea = world.add_person("bea@example.test");
    EXPECT_EQ(login(bea).status, 200);
    EXPECT_EQ(mine(second.text("token")).status, 200) << "others have sessions of their own";
}

// TC-SEC-032: fixation.
TEST_P(StolenTokens, APresentedCookieIsNeverAdopted)
{
    auto const victim = login(ann);
    auto const again
        = world.call(login_as(email, ann.password).with_cookie("token=" + victim.text("token")));
    EXPECT_EQ(again.status, 200);
    EXPECT_NE(again.text("sessionId"), victim.text("sessionId"));
    EXPECT_NE(again.text("token"), victim.text("token"));
}

// D-46, and the reason why an expired token still names its session.
TEST_P(StolenTokens, SigningOutWithATokenThatHasRunOutEndsTheSession)
{
    auto const in = login(ann);
    world.clock.move_by(1h);
    EXPECT_EQ(world.call(post("/api/v1/auth/logout").as(in.text("accessToken"))).status, 200);
    EXPECT_EQ(mine(in.text("token")).code(), "SESSION_INVALID");
    EXPECT_EQ(ledger_rows("LOGOUT"), 1);
}

TEST_P(StolenTokens, SigningOutOfADeadSessionLeavesNoRow)
{
    auto const in = login(ann);
    update(ann, "session_version = session_version + 1"); // dead by the definition of "live"
    EXPECT_EQ(world.call(post("/api/v1/auth/logout").as(in.text("token"))).status, 200);
    EXPECT_EQ(world.call(post("/api/auth/logout").as(in.text("token"))).status, 401);
    EXPECT_EQ(ledger_rows("LOGOUT"), 0);
}

TEST_P(StolenTokens, ARefreshTokenDiesWithItsSession)
{
    auto const in = login(ann);
    world.call(post("/api/auth/logout").as(in.text("token")));
    EXPECT_EQ(refresh(in.text("refreshToken")).code(), "FORCE_LOGOUT");
    EXPECT_EQ(ledger_rows("REFRESH_TOKEN_REUSE_DETECTED"), 0) << "signing out is no alarm";
    EXPECT_EQ(refresh("").status, 400);
}

TEST_P(StolenTokens, ListsShowTheLiveSessionsOfOneselfNewestFirst)
{
    auto const first = login(ann);
    world.clock.move_by(1s);
    auto const second = login(ann);
    world.clock.move_by(1s);
    auto const gone = login(ann);
    world.call(post("/api/v1/auth/logout").as(gone.text("token")));
    login(world.add_person("bea@example.test"));
    auto const list = world.call(get("/api/v1/auth/sessions").as(first.text("token")));
    auto const& rows = *list.json.array();
    ASSERT_EQ(rows.size(), 2U) << list.body;
    EXPECT_EQ(*rows[0].find("id")->text(), second.text("sessionId"));
    EXPECT_EQ(*rows[1].find("id")->text(), first.text("sessionId"));
    EXPECT_FALSE(*rows[0].find("current")->boolean());
    EXPECT_TRUE(*rows[1].find("current")->boolean());
}

} // namespace
} // namespace gatehouse::testing
