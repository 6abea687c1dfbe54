// A sign-in from a device that is new is told to its person, and denied by them in one step; a
// program that only looks at the link changes nothing.
#include "support/world_fixture.h"

#include <algorithm>

namespace gatehouse::testing {
namespace {

constexpr char const* deny_path = "/api/auth/not-me";

class NewDevice : public InAWorld {
protected:
    Answer sign_in(Person const& person, std::string const& device)
    {
        auto answer = world.call(post(
            organization_login,
            {{"email", person.email}, {"password", person.password}, {"deviceFingerprint", device}}
        ));
        EXPECT_EQ(answer.status, 200) << answer.body;
        return answer;
    }
    std::vector<ReadMail> mails_of(Person const& person, mail_text::MailKind kind)
    {
        auto all = world.mails(person.email);
        std::erase_if(all, [&](ReadMail const& mail) { return mail.kind != kind; });
        return all;
    }
    std::size_t notices(Person const& person)
    {
        return mails_of(person, mail_text::MailKind::new_sign_in).size();
    }
    std::int64_t told(Person const& person)
    {
        return world.count(
            "notifications WHERE user_id = $1 AND kind = 'new_device'", sql::values(person.id)
        );
    }
    // Ann at home, then from elsewhere: the link in her mail, and the session it is about.
    struct Settled {
        Person ann;
        Answer home;
        Answer elsewhere;
        std::string link;
    };
    Settled settled()
    {
        Settled made;
        made.ann = world.add_person("ann@example.test");
        made.home = sign_in(made.ann, "home");
        made.elsewhere = sign_in(made.ann, "elsewhere");
        made.link = mails_of(made.ann, mail_text::MailKind::new_sign_in).at(0).tokens.at(0);
        return made;
    }
    Answer deny(std::string const& link) { return world.call(post(deny_path, {{"token", link}})); }
    int refreshed(Answer const& login)
    {
        return world.call(post("/api/auth/refresh", {{"refreshToken", login.text("refreshToken")}})
        ).status;
    }
    void expect_everything_ended(Settled const& who)
    {
        EXPECT_EQ(status_with(who.home.text("token")), 401);
        EXPECT_EQ(status_with(who.elsewhere.text("accessToken")), 401);
        EXPECT_EQ(refreshed(who.home), 401);
        EXPECT_EQ(refreshed(who.elsewhere), 401);
        EXPECT_EQ(live_sessions(who.ann), 0);
        EXPECT_EQ(login(who.ann).status, 401) << "the old password opens nothing";
    }
};
INSTANTIATE_ON_BOTH_DATABASES(NewDevice);

TEST_P(NewDevice, IsToldOnceAndNotAtTheFirstSignIn)
{
    auto const ann = world.add_person("ann@example.test");
    sign_in(ann, "home");
    sign_in(ann, "home");
    EXPECT_EQ(notices(ann), 0U);
    EXPECT_EQ(told(ann), 0);
    sign_in(ann, "elsewhere");
    sign_in(ann, "elsewhere");
    sign_in(ann, "home");
    EXPECT_EQ(notices(ann), 1U);
    EXPECT_EQ(told(ann), 1);
    sign_in(ann, "a third one");
    EXPECT_EQ(notices(ann), 2U);
    EXPECT_EQ(
        world.count("outbox o JOIN audit_ledger l ON l.id = o.ledger_id "
                    "WHERE l.event_type = 'LOGIN_SUCCESS'"),
        2
    ) << "each mail names its cause";
}

TEST_P(NewDevice, IsToldByItsUserAgentWhereItNamesNoFingerprint)
{
    auto const ann = world.add_person("ann@example.test");
    auto const login = login_as(ann.email, ann.password);
    EXPECT_EQ(world.call(login.with_agent("one/1.0")).status, 200);
    EXPECT_EQ(world.call(login.with_agent("one/1.0")).status, 200);
    EXPECT_EQ(notices(ann), 0U);
    EXPECT_EQ(world.call(login.with_agent("two/1.0")).status, 200);
    EXPECT_EQ(notices(ann), 1U);
}

TEST_P(NewDevice, IsToldOnceHoweverManySignInsComeAtTheSameTime)
{
    auto const ann = world.add_person("ann@example.test");
    sign_in(ann, "home");
    auto const call = post(
        organization_login,
        {{"email", ann.email}, {"password", ann.password}, {"deviceFingerprint", "elsewhere"}}
    );
    EXPECT_EQ(statuses_of(world.in_parallel(call, 8)), (std::map<int, int>{{200, 8}}));
    EXPECT_EQ(notices(ann), 1U);
    EXPECT_EQ(world.count("one_time_tokens WHERE purpose = 'deny_sign_in'"), 1);
}

TEST_P(NewDevice, IsToldAlsoWhereOneSessionIsAllowedAndTheOldOneGoes)
{
    world.settings.max_active_sessions_per_user = 1;
    auto const ann = world.add_person("ann@example.test");
    sign_in(ann, "home");
    world.clock.move_by(1s);
    sign_in(ann, "elsewhere");
    EXPECT_EQ(live_sessions(ann), 1);
    EXPECT_EQ(notices(ann), 1U);
    world.clock.move_by(1s);
    sign_in(ann, "home");
    world.clock.move_by(1s);
    sign_in(ann, "elsewhere");
    EXPECT_EQ(notices(ann), 2U) << "once for each device, however often they take turns";
}

TEST_P(NewDevice, LookingAtTheLinkChangesNothing)
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

TEST_P(NewDevice, DenyingItEndsEverythingAndBeginsTheWayBack)
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

TEST_P(NewDevice, TheDeniedDeviceIsNewAgainEvenWhereItHadSignedOut)
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

TEST_P(NewDevice, ALinkIsGoodOnceAndForSevenDays)
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

TEST_P(NewDevice, OtherTokensDenyNothingAndItsOwnIsNoOther)
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

TEST_P(NewDevice, WhatWaitsForACodeOrALinkIsVoidToo)
{
    auto const who = settled();
    auto const old_reset = forgotten_link(who.ann.email);
    EXPECT_EQ(deny(who.link).status, 200);
    EXPECT_EQ(reset(old_reset, "Another-Horse-43").code(), "TOKEN_INVALID");
    EXPECT_EQ(world.count("one_time_tokens WHERE used_at IS NULL"), 1) << "the new reset alone";
}

TEST_P(NewDevice, AfterAResetTheOldLinksDenyNothing)
{
    auto const who = settled();
    EXPECT_EQ(reset(forgotten_link(who.ann.email), "Another-Horse-43").status, 200);
    EXPECT_EQ(deny(who.link).code(), "TOKEN_INVALID");
}

TEST_P(NewDevice, OfSomebodySuspendedOrDeletedNothingIsDenied)
{
    auto const who = settled();
    update(who.ann, "status = 'suspended'");
    EXPECT_EQ(deny(who.link).code(), "TOKEN_INVALID");
    update(who.ann, "status = 'active', deleted_at = updated_at");
    EXPECT_EQ(deny(who.link).code(), "TOKEN_INVALID");
    EXPECT_EQ(ledger_rows("FORCE_LOGOUT"), 0);
}

TEST_P(NewDevice, WhereTheAddressIsAnotherByNowEverythingEndsButNobodyIsMailedALink)
{
    auto const who = settled();
    update(who.ann, "email = 'somebody.else@example.test'");
    EXPECT_EQ(deny(who.link).status, 200);
    EXPECT_EQ(live_sessions(who.ann), 0);
    EXPECT_EQ(ledger_rows("FORCE_LOGOUT"), 1);
    EXPECT_EQ(ledger_rows("PASSWORD_RESET_REQUESTED"), 0);
    EXPECT_TRUE(world.mails("somebody.else@example.test").empty());
}

TEST_P(NewDevice, ItIsDeniedWithinASessionToo)
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
