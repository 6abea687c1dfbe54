// A sign-in is denied by its person in one step; a program that only looks at the link changes
// nothing, and who was in meanwhile keeps nothing.
#include "attacks/new_device.h"

namespace gatehouse::testing {
namespace {

using SignInDenial = NewDevice;
INSTANTIATE_ON_BOTH_DATABASES(SignInDenial);

TEST_P(SignInDenial, LookingAtTheLinkChangesNothing)
{
    auto const who = settled();
    for (int time = 0; time < 3; ++time) {
        auto const page = world.call(get("/not-me?token=" + who.link));
        EXPECT_EQ(page.status, 200);
        EXPECT_EQ(page.header("Content-Type"), "text/html; charset=utf-8");
        EXPECT_NE(page.header("Content-Security-Policy").find("'nonce-"), std::string::npos);
        EXPECT_EQ(page.body.find(who.link), std::string::npos);
        EXPECT_EQ(page.body.find("{{"), std::string::npos);
    }
    EXPECT_EQ(world.call(get(std::string(deny_path) + "?token=" + who.link)).status, 405);
    EXPECT_EQ(status_with(who.home.text("token")), 200);
    EXPECT_EQ(live_sessions(who.ann), 2);
    EXPECT_EQ(login(who.ann).status, 200);
}

TEST_P(SignInDenial, DenyingItEndsEverythingAndBeginsTheWayBack)
{
    auto const who = settled();
    auto const denied = deny(who.link);
    EXPECT_EQ(denied.status, 200) << denied.body;
    expect_everything_ended(who);
    EXPECT_EQ(world.text("CAST(session_version AS text) FROM users"), "2");
    EXPECT_EQ(ledger_rows("FORCE_LOGOUT"), 1);
    EXPECT_EQ(ledger_rows("PASSWORD_RESET_REQUESTED"), 1);
    EXPECT_EQ(
        world.text("resource_id FROM audit_ledger WHERE event_type = 'FORCE_LOGOUT'"),
        who.elsewhere.text("sessionId")
    );
    auto const links = mails_of(who.ann, mail_text::MailKind::password_reset);
    ASSERT_EQ(links.size(), 1U);
    EXPECT_EQ(reset(links.front().tokens.at(0), "Another-Horse-43").status, 200);
    Person ann = who.ann;
    ann.password = "Another-Horse-43";
    EXPECT_EQ(login(ann).status, 200);
}

TEST_P(SignInDenial, TheDeniedDeviceIsNewAgainEvenWhereItHadSignedOut)
{
    auto const who = settled();
    EXPECT_EQ(world.call(post("/api/auth/logout").as(who.elsewhere.text("token"))).status, 200);
    EXPECT_EQ(deny(who.link).status, 200);
    auto const link = mails_of(who.ann, mail_text::MailKind::password_reset).at(0).tokens.at(0);
    EXPECT_EQ(reset(link, "Another-Horse-43").status, 200);
    Person ann = who.ann;
    ann.password = "Another-Horse-43";
    sign_in(ann, "elsewhere");
    EXPECT_EQ(notices(ann), 2U);
}

TEST_P(SignInDenial, ALinkIsGoodOnceAndForSevenDays)
{
    auto who = settled();
    EXPECT_EQ(deny("x" + who.link).code(), "TOKEN_INVALID");
    EXPECT_EQ(deny(std::string(10'000, 'a')).code(), "TOKEN_INVALID");
    EXPECT_EQ(deny("").status, 400);
    EXPECT_EQ(live_sessions(who.ann), 2);
    auto const answers = world.in_parallel(post(deny_path, {{"token", who.link}}), 8);
    EXPECT_EQ(statuses_of(answers), (std::map<int, int>{{200, 1}, {400, 7}}));
    EXPECT_EQ(ledger_rows("FORCE_LOGOUT"), 1);
    EXPECT_EQ(mails_of(who.ann, mail_text::MailKind::password_reset).size(), 1U);
    EXPECT_EQ(deny(who.link).code(), "TOKEN_INVALID");

    auto const bea = world.add_person("bea@example.test");
    sign_in(bea, "home");
    sign_in(bea, "elsewhere");
    auto const late = mails_of(bea, mail_text::MailKind::new_sign_in).at(0).tokens.at(0);
    world.clock.move_by(24h * 7);
    EXPECT_EQ(deny(late).code(), "TOKEN_EXPIRED");
    EXPECT_EQ(login(bea).status, 200);
}

TEST_P(SignInDenial, OtherTokensDenyNothingAndItsOwnIsNoOther)
{
    auto const who = settled();
    auto const reset_link = forgotten_link(who.ann.email);
    EXPECT_EQ(deny(reset_link).code(), "TOKEN_INVALID");
    EXPECT_EQ(deny(who.elsewhere.text("refreshToken")).code(), "TOKEN_INVALID");
    EXPECT_EQ(reset(who.link, "Another-Horse-43").code(), "TOKEN_INVALID");
    EXPECT_EQ(
        world.call(get("/api/auth/verify-email?token=" + who.link))
                .header("Location")
                .find("error=TOKEN_INVALID")
            == std::string::npos,
        false
    );
    EXPECT_EQ(status_with(who.home.text("token")), 200);
    EXPECT_EQ(deny(who.link).status, 200);
}

TEST_P(SignInDenial, WhatWaitsForACodeOrALinkIsVoidToo)
{
    auto const who = settled();
    auto const old_reset = forgotten_link(who.ann.email);
    update(who.ann, "self_registered = true");
    auto const moved
        = world.call(patch("/api/users/" + who.ann.id, {{"email", "thief@example.test"}})
                         .as(who.elsewhere.text("token")));
    EXPECT_EQ(moved.status, 200) << moved.body;
    auto const asked = world.call(
        post("/api/security/stepup", {{"purpose", "data_export"}}).as(who.elsewhere.text("token"))
    );
    EXPECT_EQ(asked.status, 201) << asked.body;
    EXPECT_EQ(open_challenges(), 1);
    EXPECT_EQ(deny(who.link).status, 200);
    EXPECT_EQ(open_challenges(), 0);
    EXPECT_EQ(reset(old_reset, "Another-Horse-43").code(), "TOKEN_INVALID");
    EXPECT_EQ(world.count("one_time_tokens WHERE used_at IS NULL"), 1) << "the new reset alone";
    auto const proof = world.mails("thief@example.test").at(0).tokens.at(0);
    world.call(get("/api/auth/verify-email?token=" + proof));
    EXPECT_EQ(world.text("email FROM users"), who.ann.email);
}

TEST_P(SignInDenial, ASignInThatWaitsForItsCodeIsVoidToo)
{
    auto ann = world.add_person("ann@example.test");
    sign_in(ann, "home");
    sign_in(ann, "elsewhere");
    auto const link = mails_of(ann, mail_text::MailKind::new_sign_in).at(0).tokens.at(0);
    give_factor(world, ann);
    auto const waits
        = world.call(post(organization_login, {{"email", ann.email}, {"password", ann.password}}));
    EXPECT_EQ(waits.status, 202) << waits.body;
    EXPECT_EQ(world.count("one_time_tokens WHERE purpose = 'temp_2fa' AND used_at IS NULL"), 1);
    EXPECT_EQ(deny(link).status, 200);
    EXPECT_EQ(world.count("one_time_tokens WHERE purpose = 'temp_2fa' AND used_at IS NULL"), 0);
}

TEST_P(SignInDenial, AfterAResetTheOldLinksDenyNothing)
{
    auto const who = settled();
    EXPECT_EQ(reset(forgotten_link(who.ann.email), "Another-Horse-43").status, 200);
    EXPECT_EQ(deny(who.link).code(), "TOKEN_INVALID");
}

TEST_P(SignInDenial, OfSomebodySuspendedOrDeletedNothingIsDenied)
{
    auto const who = settled();
    update(who.ann, "status = 'suspended'");
    EXPECT_EQ(deny(who.link).code(), "TOKEN_INVALID");
    update(who.ann, "status = 'active', deleted_at = updated_at");
    EXPECT_EQ(deny(who.link).code(), "TOKEN_INVALID");
    EXPECT_EQ(ledger_rows("FORCE_LOGOUT"), 0);
}

TEST_P(SignInDenial, WhereTheAddressIsAnotherByNowEverythingEndsAndNobodyGetsALink)
{
    auto const who = settled();
    update(who.ann, "email = 'somebody.else@example.test'");
    auto const denied = deny(who.link);
    EXPECT_EQ(denied.status, 200);
    EXPECT_NE(denied.body.find("administrator"), std::string::npos);
    EXPECT_EQ(live_sessions(who.ann), 0);
    EXPECT_EQ(ledger_rows("FORCE_LOGOUT"), 1);
    EXPECT_EQ(ledger_rows("PASSWORD_RESET_REQUESTED"), 0);
    EXPECT_TRUE(world.mails("somebody.else@example.test").empty());
}

// The thief is in, moves the account to their own mailbox, and asks for a new password there.
TEST_P(SignInDenial, WhoMovedTheAddressFirstDoesNotGetTheAccount)
{
    for (bool const by_link : {true, false}) {
        Person ann = world.add_person(by_link ? "ann@example.test" : "bea@example.test");
        auto const home = sign_in(ann, "home");
        auto const theirs = sign_in(ann, "elsewhere");
        auto const link = mails_of(ann, mail_text::MailKind::new_sign_in).at(0).tokens.at(0);
        auto const moved_to = "thief." + ann.email;
        auto const moved = world.call(
            patch("/api/users/" + ann.id, {{"email", moved_to}}).as(theirs.text("token"))
        );
        EXPECT_EQ(moved.status, 200) << moved.body;
        auto const path = "/api/auth/sessions/" + theirs.text("sessionId") + "/not-me";
        auto const denied = by_link ? deny(link) : world.call(post(path).as(home.text("token")));
        EXPECT_EQ(denied.status, 200) << denied.body;
        EXPECT_EQ(world.call(post("/api/auth/forgot-password", {{"email", moved_to}})).status, 200);
        for (auto const& mail : world.mails(moved_to))
            EXPECT_NE(mail.kind, mail_text::MailKind::password_reset);
        EXPECT_EQ(
            world.count("users WHERE id = $1 AND status = 'suspended'", sql::values(ann.id)), 1
        );
    }
}

TEST_P(SignInDenial, AFactorThatWasPutThereSinceGoesAndAnOlderOneStays)
{
    for (bool const since : {true, false}) {
        Person ann = world.add_person(since ? "ann@example.test" : "bea@example.test");
        sign_in(ann, "home");
        auto const theirs = sign_in(ann, "elsewhere");
        auto const link = mails_of(ann, mail_text::MailKind::new_sign_in).at(0).tokens.at(0);
        if (since)
            enrol(ann, theirs.text("token"));
        else
            give_factor(world, ann);
        EXPECT_EQ(deny(link).status, 200);
        EXPECT_EQ(
            world.count("users WHERE id = $1 AND two_factor_enabled = true", sql::values(ann.id)),
            since ? 0 : 1
        );
    }
}

TEST_P(SignInDenial, TheOtherDevicesStayKnown)
{
    auto const who = settled();
    EXPECT_EQ(deny(who.link).status, 200);
    auto const link = mails_of(who.ann, mail_text::MailKind::password_reset).at(0).tokens.at(0);
    EXPECT_EQ(reset(link, "Another-Horse-43").status, 200);
    Person ann = who.ann;
    ann.password = "Another-Horse-43";
    sign_in(ann, "home");
    EXPECT_EQ(notices(ann), 1U) << "that of the denied one alone";
}

TEST_P(SignInDenial, ItIsDeniedWithinASessionToo)
{
    auto const who = settled();
    auto const path = "/api/auth/sessions/" + who.elsewhere.text("sessionId") + "/not-me";
    EXPECT_EQ(world.call(post(path)).status, 401);
    auto const bea = world.add_person("bea@example.test");
    auto const of_bea = sign_in(bea, "home").text("token");
    EXPECT_EQ(world.call(post(path).as(of_bea)).status, 404);
    EXPECT_EQ(world.call(post("/api/auth/sessions/none/not-me").as(of_bea)).status, 404);
    EXPECT_EQ(live_sessions(who.ann), 2);
    auto const denied = world.call(post(path).as(who.home.text("token")));
    EXPECT_EQ(denied.status, 200) << denied.body;
    expect_everything_ended(who);
    EXPECT_EQ(status_with(of_bea), 200);
    EXPECT_EQ(mails_of(who.ann, mail_text::MailKind::password_reset).size(), 1U);
    EXPECT_EQ(world.call(post(path).as(who.home.text("token"))).status, 401);
}

} // namespace
} // namespace gatehouse::testing
