// The second step of signing in, and setting a second factor up.
#include "faults/use_case.h"
#include "support/second_factors.h"

namespace gatehouse::testing {
namespace {

constexpr char const* ann = "Ann@example.test";
constexpr char const* base = "/api/v1/auth/two-factor/";

Person with_factor(ServiceWorld& world)
{
    auto const person = world.add_person(ann);
    give_factor(world, person);
    return person;
}

Call right_code(ServiceWorld& world)
{
    return with_code(temp_token(world, with_factor(world)), code_now(world));
}

Call right_backup_code(ServiceWorld& world)
{
    return with_backup_code(temp_token(world, with_factor(world)), "plain-one");
}

Call wrong(ServiceWorld& world)
{
    return with_code(temp_token(world, with_factor(world)), wrong_code(world));
}

Call closed_factor(ServiceWorld& world)
{
    auto const person = with_factor(world);
    for (int time = 0; time < 5; ++time)
        world.outside().query(
            "INSERT INTO login_attempts (email, user_id, successful, method, attempted_at) "
            "VALUES ('ann@example.test', $1, false, 'totp', $2)",
            sql::values(person.id, world.clock.now())
        );
    return with_code(temp_token(world, person), code_now(world));
}

Call worn_token(ServiceWorld& world)
{
    auto const call = right_code(world);
    world.outside().query("UPDATE one_time_tokens SET attempts = 5");
    return call;
}

Call suspended_meanwhile(ServiceWorld& world)
{
    auto const call = right_code(world);
    world.outside().query("UPDATE users SET status = 'suspended'");
    return call;
}

Call unknown_token(ServiceWorld& world)
{
    with_factor(world);
    return with_code("unknown", code_now(world));
}

// Within a session that was opened before the factor was there.
Call asked(ServiceWorld& world, std::string const& what, json::Object body, bool has_factor)
{
    auto const person = world.add_person(ann);
    auto const token = world.signed_in(person).text("token");
    if (has_factor)
        give_factor(world, person);
    return post(base + what, std::move(body)).as(token);
}

json::Object password()
{
    return {{"password", ServiceWorld::usual_password()}};
}

Call wrong_password(ServiceWorld& world)
{
    return asked(world, "enable", {{"password", "not it"}}, false);
}

Call closed_address(ServiceWorld& world)
{
    auto const call = asked(world, "enable", password(), false);
    for (int time = 0; time < 5; ++time)
        world.call(post("/api/v1/auth/login", {{"email", ann}, {"password", "not it"}}));
    return call;
}

Call first_right_code(ServiceWorld& world)
{
    auto const call = asked(world, "verify-totp", {{"code", code_now(world)}}, true);
    world.outside().query("UPDATE users SET two_factor_enabled = false");
    return call;
}

std::function<Call(ServiceWorld&)>
within(std::string what, std::function<json::Object(ServiceWorld&)> body)
{
    return [what, body](ServiceWorld& world) {
        return asked(world, what, body(world), true);
    };
}

json::Object with_password(ServiceWorld&)
{
    return password();
}

json::Object with_a_wrong_code(ServiceWorld& world)
{
    return {{"code", wrong_code(world)}};
}

json::Object with_a_backup_code(ServiceWorld&)
{
    return {{"backupCode", "plain-one"}};
}

} // namespace

std::vector<UseCase> second_factor_use_cases()
{
    std::string const in = "LOGIN_SUCCESS 200 success";
    std::string const failed = "LOGIN_FAILURE 401 failure";
    std::string const locked = "ACCOUNT_LOCKED 429 denied";
    std::string const suspended = "LOGIN_BLOCKED_SUSPENDED 403 denied";
    std::string const changed = "PROFILE_UPDATED 200 success";
    std::string const on = "TWO_FACTOR_ENABLED 200 success";
    std::string const off = "TWO_FACTOR_DISABLED 200 success";
    auto const enabling = [](ServiceWorld& world) {
        return asked(world, "enable", password(), false);
    };
    return {
        {"second_step_totp", right_code, 200, {in}, 401, {}},
        {"second_step_backup_code", right_backup_code, 200, {in}, 401, {}},
        {"second_step_wrong", wrong, 401, {failed}, 401, {failed}},
        {"second_step_closed", closed_factor, 429, {locked}, 429, {locked}},
        {"second_step_worn_token", worn_token, 429, {locked}, 429, {locked}},
        {"second_step_suspended", suspended_meanwhile, 403, {suspended}, 403, {suspended}},
        {"second_step_unknown_token", unknown_token, 401, {}, 401, {}},
        {"two_factor_enable", enabling, 200, {changed}, 200, {changed}},
        {"two_factor_wrong_password", wrong_password, 401, {failed}, 401, {failed}},
        {"two_factor_closed_address", closed_address, 429, {locked}, 429, {locked}},
        {"two_factor_first_code", first_right_code, 200, {on}, 401, {failed}},
        {"two_factor_wrong_code",
         within("verify-totp", with_a_wrong_code),
         401,
         {failed},
         401,
         {failed}},
        {"two_factor_backup_code",
         within("verify-backup-code", with_a_backup_code),
         200,
         {changed},
         401,
         {failed}},
        {"two_factor_new_codes",
         within("generate-backup-codes", with_password),
         200,
         {changed},
         200,
         {changed}},
        {"two_factor_disable", within("disable", with_password), 200, {off}, 400, {}},
    };
}

} // namespace gatehouse::testing
