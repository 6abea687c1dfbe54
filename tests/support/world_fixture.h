// Tests of the whole house on every database: TEST_P(InAWorld, …) with
// INSTANTIATE_ON_BOTH_DATABASES.
#pragma once

#include "support/database_fixture.h"
#include "support/service_world.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::testing {

inline constexpr char const* account_login = "/api/v1/auth/login";
inline constexpr char const* organization_login = "/api/auth/login";

// Rows of login_attempts about one address.
struct Attempts {
    std::int64_t failed = 0; // evaluated and throttled ones
    std::int64_t throttled = 0;
    std::int64_t successful = 0;
    bool operator==(Attempts const&) const = default;
};
inline void PrintTo(Attempts const& attempts, std::ostream* into)
{
    *into << attempts.failed << " failed, of them " << attempts.throttled << " throttled, "
          << attempts.successful << " successful";
}

inline Call
login_as(std::string const& email, std::string const& password, char const* path = account_login)
{
    return post(path, {{"email", email}, {"password", password}});
}

// How many answers came with each status.
inline std::map<int, int> statuses_of(std::vector<Answer> const& answers)
{
    std::map<int, int> found;
    for (auto const& answer : answers)
        ++found[answer.status];
    return found;
}

class InAWorld : public ::testing::TestWithParam<sql::Dialect> {
protected:
    ServiceWorld world{GetParam()};

    Attempts attempts(std::string const& canonical)
    {
        auto const of = [&](char const* condition) {
            return world.count(
                std::string("login_attempts WHERE email = $1 AND ") + condition,
                sql::values(canonical)
            );
        };
        return {
            .failed = of("successful = false"),
            .throttled = of("successful = false AND throttled = true"),
            .successful = of("successful = true")
        };
    }

    Answer login(Person const& person, char const* path = account_login)
    {
        return world.call(login_as(person.email, person.password, path));
    }
    Answer guess(std::string const& email, char const* path = account_login)
    {
        return world.call(login_as(email, "not the password", path));
    }
    void update(Person const& person, std::string const& assignment)
    {
        world.outside().query(
            "UPDATE users SET " + assignment + " WHERE id = $1", sql::values(person.id)
        );
    }
    int status_with(std::string const& bearer)
    {
        return world.call(get("/api/v1/me/data").as(bearer)).status;
    }
    std::int64_t live_sessions(Person const& person)
    {
        return world.count(
            "sessions s JOIN users u ON u.id = s.user_id WHERE u.id = $1 AND s.logged_out_at IS "
            "NULL AND s.revoked_at IS NULL AND s.session_version = u.session_version",
            sql::values(person.id)
        );
    }
    std::string forgotten_link(std::string const& email)
    {
        auto const asked = world.call(post("/api/v1/auth/forgot-password", {{"email", email}}));
        EXPECT_EQ(asked.status, 200) << asked.body;
        return world.mails(email).back().tokens.back();
    }
    Answer reset(std::string const& token, std::string const& password)
    {
        return world.call(
            post("/api/v1/auth/reset-password", {{"token", token}, {"newPassword", password}})
        );
    }
    std::int64_t ledger_rows(std::string const& event)
    {
        return world.count("audit_ledger WHERE event_type = $1", sql::values(event));
    }
};

} // namespace gatehouse::testing
