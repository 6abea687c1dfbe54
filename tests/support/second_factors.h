// A person with a second factor, and codes as an authenticator shows them, for tests of the house.
#pragma once

#include "protocols/one_time_codes/base32.h"
#include "protocols/one_time_codes/totp.h"
#include "support/world_fixture.h"

#include <stdexcept>
#include <string>
#include <vector>

namespace gatehouse::testing {

inline constexpr char const* second_step = "/api/auth/verify-2fa";
inline constexpr char const* factor_secret = "JBSWY3DPEHPK3PXP";

// The code of so many steps after (before) the world's present one.
inline std::string
code_now(ServiceWorld& world, int steps = 0, std::string const& secret = factor_secret)
{
    auto const key = one_time_codes::from_base32(SecretString(secret));
    if (!key)
        throw std::runtime_error("no base32: " + secret);
    auto const step = one_time_codes::step_at(world.clock.now().seconds());
    return one_time_codes::code_of(*key, step + steps);
}

// Six digits that are the code of no step near now.
inline std::string wrong_code(ServiceWorld& world)
{
    for (int number = 0;; ++number) {
        auto const code = std::to_string(100'000 + number);
        bool right = false;
        for (int step = -2; step <= 2; ++step)
            right = right || code == code_now(world, step);
        if (!right)
            return code;
    }
}

// As an import leaves it: a plain secret and plain codes.
inline void give_factor(ServiceWorld& world, Person const& person)
{
    auto const* const codes = world.outside().dialect() == sql::Dialect::postgres
        ? "ARRAY['plain-one', 'plain-two']"
        : "'[\"plain-one\",\"plain-two\"]'";
    world.outside().query(
        std::string("UPDATE users SET two_factor_enabled = true, two_factor_secret = $2, "
                    "backup_codes = ")
            + codes + " WHERE id = $1",
        sql::values(person.id, factor_secret)
    );
}

// A sign-in that waits for its second step.
inline std::string temp_token(
    ServiceWorld& world,
    Person const& person,
    char const* path = account_login,
    json::Object more = {}
)
{
    more.push_back({"email", json::Value(person.email)});
    more.push_back({"password", json::Value(person.password)});
    auto const answer = world.call(post(path, std::move(more)));
    if (answer.status != 202)
        throw std::runtime_error("no second factor is asked for: " + answer.body);
    return answer.text("tempToken");
}

inline Call with_code(std::string const& token, std::string const& code)
{
    return post(second_step, {{"tempToken", token}, {"code", code}});
}
inline Call with_backup_code(std::string const& token, std::string const& code)
{
    return post(second_step, {{"tempToken", token}, {"backupCode", code}});
}

// Ann has one, and signs in again and again.
class WithSecondFactor : public InAWorld {
protected:
    Person ann;

    void SetUp() override
    {
        ann = world.add_person("ann@example.test");
        give_factor(world, ann);
    }
    std::string begun(char const* path = account_login) { return temp_token(world, ann, path); }
    Answer finish(std::string const& token, std::string const& code)
    {
        return world.call(with_code(token, code));
    }
    std::int64_t failures(char const* method, char const* throttled = "false")
    {
        return world.count(
            std::string("login_attempts WHERE successful = false AND method = $1 AND throttled = ")
                + throttled,
            sql::values(method)
        );
    }
    static void expect_refused(Answer const& answer)
    {
        EXPECT_EQ(answer.status, 401) << answer.body;
        EXPECT_EQ(answer.code(), "TWO_FACTOR_FAILED");
        EXPECT_TRUE(answer.cookies().empty());
    }
    std::vector<Call> fifty(std::string const& code, bool is_backup_code)
    {
        std::vector<Call> calls;
        for (int at = 0; at < 50; ++at) {
            auto const token = begun();
            calls.push_back(
                is_backup_code ? with_backup_code(token, code) : with_code(token, code)
            );
        }
        return calls;
    }
};

} // namespace gatehouse::testing
