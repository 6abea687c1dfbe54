// Ann at home and elsewhere: the notices of her sign-ins, and denying them.
#pragma once

#include "support/second_factors.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace gatehouse::testing {

inline constexpr char const* deny_path = "/api/auth/not-me";

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
    std::int64_t open_challenges()
    {
        return world.count(
            "step_up_challenges WHERE satisfied_at IS NULL AND expires_at > $1",
            sql::values(world.clock.now())
        );
    }
    // As whoever sits in that session does it.
    void enrol(Person const& person, std::string const& token)
    {
        std::string const base = "/api/v1/auth/two-factor/";
        auto const begun
            = world.call(post(base + "enable", {{"password", person.password}}).as(token));
        EXPECT_EQ(begun.status, 200) << begun.body;
        auto const uri = begun.text("totpURI");
        auto const from = uri.find("secret=") + 7;
        auto const secret = uri.substr(from, uri.find('&', from) - from);
        auto const proven = world.call(
            post(base + "verify-totp", {{"code", code_now(world, 0, secret)}}).as(token)
        );
        EXPECT_EQ(proven.status, 200) << proven.body;
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

} // namespace gatehouse::testing
