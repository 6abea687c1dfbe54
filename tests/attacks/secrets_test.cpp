// Every secret that a whole story makes, looked for wherever it must not be.
#include "core/log.h"
#include "faults/table_image.h"
#include "support/world_fixture.h"

#include <gtest/gtest.h>

#include <map>

namespace gatehouse::testing {
namespace {

constexpr char const* email = "ann@example.test";
constexpr char const* new_password = "Another-Horse-8";
constexpr char const* wrong_password = "Guessed-Horse-6";

class Secrets : public InAWorld {
protected:
    using Named = std::map<std::string, std::string>;

    // From registering to signing out, with every token on the way.
    Named tell_the_story()
    {
        Named secrets{
            {"password", ServiceWorld::usual_password()},
            {"new password", new_password},
            {"wrong password", wrong_password}
        };
        auto const ann = world.registered(email);
        secrets["verify link"] = world.mails(email).back().tokens.at(0);
        world.call(get("/api/auth/verify-email?token=" + secrets["verify link"]));
        world.call(login_as(email, wrong_password));
        auto const in = login(ann);
        secrets["access token"] = in.text("accessToken");
        secrets["token"] = in.text("token");
        secrets["refresh token"] = in.text("refreshToken");
        auto const refreshed
            = world.call(post("/api/v1/auth/refresh", {{"refreshToken", secrets["refresh token"]}})
            );
        secrets["second refresh token"] = refreshed.text("refreshToken");
        auto const key
            = world.call(post("/api/v1/me/encryption-vault/init").as(refreshed.text("token")));
        secrets["vault key"] = key.text("masterKey");
        world.call(get("/api/v1/me/data").as("nonsense." + secrets["token"]));
        world.call(post("/api/v1/auth/validate", {{"token", secrets["access token"]}}));
        secrets["reset link"] = forgotten_link(email);
        reset(secrets["reset link"], new_password);
        update(ann, "two_factor_enabled = true");
        secrets["pending sign-in"] = world.call(login_as(email, new_password)).text("tempToken");
        update(ann, "two_factor_enabled = false");
        auto const last = world.call(login_as(email, new_password));
        secrets["last token"] = last.text("token");
        // A reuse, a sign-out, and an outage that is logged with its cause.
        world.call(post("/api/v1/auth/refresh", {{"refreshToken", secrets["refresh token"]}}));
        world.faults().arm({.nth = 1, .kind = FaultKind::error_before});
        world.call(get("/api/v1/me/data").as(secrets["last token"]));
        world.faults().disarm();
        world.call(post("/api/v1/auth/logout").as(secrets["last token"]));
        world.run_afterwards();
        return secrets;
    }

    // Every cell of every table as text.
    std::string everything_stored()
    {
        std::string all;
        for (auto const& table : tables_in_images()) {
            auto const rows = world.outside().query("SELECT * FROM " + table);
            for (auto const row : rows)
                for (std::size_t column = 0; column < row.width(); ++column) {
                    auto const& cell = row.at(column);
                    if (auto const* const text = std::get_if<std::string>(&cell))
                        all += *text + "\n";
                    if (auto const* const bytes = std::get_if<sql::Bytes>(&cell))
                        all += bytes->raw() + "\n";
                }
        }
        return all;
    }

    static void expect_none(Named const& secrets, std::string const& text, char const* where)
    {
        for (auto const& [name, secret] : secrets) {
            ASSERT_GE(secret.size(), 10U) << name << " was never made";
            EXPECT_EQ(text.find(secret), std::string::npos) << name << " stands in " << where;
        }
    }
};
INSTANTIATE_ON_BOTH_DATABASES(Secrets);

TEST_P(Secrets, StandNeitherInTheTablesNorInTheLogs)
{
    ::testing::internal::CaptureStderr();
    log::set_level(log::Level::trace);
    auto const secrets = tell_the_story();
    log::flush();
    log::set_level(log::Level::info);
    auto const logged = ::testing::internal::GetCapturedStderr();
    EXPECT_NE(logged.find("http.failed"), std::string::npos) << "the log was not caught";
    expect_none(secrets, logged, "the log");
    expect_none(secrets, everything_stored(), "a table");
}

// The key that seals, and the secret that signs, stay in memory.
TEST_P(Secrets, KeysStandInNoTable)
{
    tell_the_story();
    auto const stored = everything_stored();
    EXPECT_EQ(stored.find(std::string(world.key.to_base64().reveal())), std::string::npos);
    EXPECT_EQ(stored.find(std::string(world.key.key().reveal())), std::string::npos);
}

TEST_P(Secrets, NoAnswerShowsAHashOrASecretOfThePerson)
{
    auto const ann = world.add_person(email);
    update(ann, "two_factor_secret = 'JBSWY3DPEHPK3PXP', reset_token = 'shown-nowhere'");
    auto const in = login(ann);
    auto const mine = world.call(get("/api/v1/me/data").as(in.text("token")));
    for (auto const& answer : {in, mine})
        for (auto const* const secret : {"$2b$", "JBSWY3DPEHPK3PXP", "shown-nowhere", "password"})
            EXPECT_EQ(answer.body.find(secret), std::string::npos) << secret;
}

} // namespace
} // namespace gatehouse::testing
