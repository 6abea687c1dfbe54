// Signing in, with every ending it can have.
#include "faults/use_case.h"

namespace gatehouse::testing {
namespace {

constexpr char const* ann = "Ann@example.test";
constexpr char const* account = "/api/v1/auth/login";
constexpr char const* organization = "/api/auth/login";

Call signing_in(char const* path = account)
{
    return post(path, {{"email", ann}, {"password", ServiceWorld::usual_password()}});
}

Call guessing(char const* path = account)
{
    return post(path, {{"email", ann}, {"password", "not it"}});
}

Call right(ServiceWorld& world)
{
    world.add_person(ann);
    return signing_in();
}

// The person, changed by SQL before the right password comes.
std::function<Call(ServiceWorld&)> right_but(std::string assignment)
{
    return [assignment](ServiceWorld& world) {
        auto const person = world.add_person(ann);
        world.outside().query(
            "UPDATE users SET " + assignment + " WHERE id = $1", sql::values(person.id)
        );
        return signing_in();
    };
}

void fail_before(ServiceWorld& world, Person const& person, int times)
{
    for (int time = 0; time < times; ++time)
        world.outside().query(
            "INSERT INTO login_attempts (email, user_id, successful, throttled, attempted_at) "
            "VALUES ('ann@example.test', $1, false, $2, $3)",
            sql::values(person.id, time >= 5, world.clock.now())
        );
}

Call right_after_failures(ServiceWorld& world)
{
    fail_before(world, world.add_person(ann), 4);
    return signing_in();
}

Call closed_address(ServiceWorld& world)
{
    fail_before(world, world.add_person(ann), 5);
    return signing_in();
}

Call after_ten_failures(ServiceWorld& world)
{
    fail_before(world, world.add_person(ann), 10);
    return signing_in(organization);
}

Call with_one_session_allowed(ServiceWorld& world)
{
    world.settings.max_active_sessions_per_user = 1;
    world.signed_in(world.add_person(ann));
    return signing_in();
}

// Somebody who was here before, from another device.
Call from_a_new_device(ServiceWorld& world)
{
    auto const login = right(world);
    world.call(login.with_agent("before/1.0"));
    return login;
}

// Denied by the link in the mail, and by a session of one's own.
Call denied_by_link(ServiceWorld& world)
{
    world.call(from_a_new_device(world));
    return post("/api/auth/not-me", {{"token", world.mails(ann).back().tokens.back()}});
}

Call denied_within_a_session(ServiceWorld& world)
{
    auto const login = world.call(right(world));
    return post("/api/auth/sessions/" + login.text("sessionId") + "/not-me")
        .as(login.text("token"));
}

Call in_two_organizations(ServiceWorld& world)
{
    world.add_person(ann);
    return right(world);
}

Call in_the_named_organization(ServiceWorld& world)
{
    world.add_person(ann);
    auto const person = world.add_person(ann);
    return post(
        account,
        {{"email", ann}, {"password", person.password}, {"organizationId", person.organization_id}}
    );
}

Call guess_in_two_organizations(ServiceWorld& world)
{
    world.add_person(ann);
    world.add_person(ann);
    return guessing();
}

} // namespace

std::vector<UseCase> login_use_cases()
{
    std::string const in = "LOGIN_SUCCESS 200 success";
    std::string const failed = "LOGIN_FAILURE 401 failure";
    std::string const out = "FORCE_LOGOUT 200 success";
    std::string const recovery = "PASSWORD_RESET_REQUESTED 200 success";
    std::string const unverified = "LOGIN_BLOCKED_UNVERIFIED 403 denied";
    std::string const suspended = "LOGIN_BLOCKED_SUSPENDED 403 denied";
    std::string const asked = "TWO_FACTOR_REQUIRED 202 success";
    auto const right_at_organization = [](ServiceWorld& world) {
        world.add_person(ann);
        return signing_in(organization);
    };
    auto const wrong = [](ServiceWorld& world) {
        world.add_person(ann);
        return guessing();
    };
    auto const nobody = [](ServiceWorld&) {
        return guessing();
    };
    return {
        {"login", right, 200, {in}, 200, {in}},
        {"login_organization", right_at_organization, 200, {in}, 200, {in}},
        {"login_after_failures", right_after_failures, 200, {in}, 200, {in}},
        {"login_one_session_allowed", with_one_session_allowed, 200, {in}, 200, {in}},
        {"login_named_organization", in_the_named_organization, 200, {in}, 200, {in}},
        {"login_new_device", from_a_new_device, 200, {in}, 200, {in}},
        {"deny_by_link", denied_by_link, 200, {out, recovery}, 400, {}},
        {"deny_within_a_session", denied_within_a_session, 200, {out, recovery}, 401, {}},
        {"login_several_organizations", in_two_organizations, 409, {}, 409, {}},
        {"login_wrong", wrong, 401, {failed}, 401, {failed}},
        {"login_wrong_several", guess_in_two_organizations, 401, {failed}, 401, {failed}},
        {"login_unknown", nobody, 401, {failed}, 401, {failed}},
        {"login_closed",
         closed_address,
         429,
         {"ACCOUNT_LOCKED 429 denied"},
         429,
         {"ACCOUNT_LOCKED 429 denied"}},
        {"login_locked",
         after_ten_failures,
         423,
         {"ACCOUNT_LOCKED 423 denied"},
         423,
         {"ACCOUNT_LOCKED 423 denied"}},
        {"login_unverified",
         right_but("email_verified = false, self_registered = true"),
         403,
         {unverified},
         403,
         {unverified}},
        {"login_suspended", right_but("status = 'suspended'"), 403, {suspended}, 403, {suspended}},
        {"login_second_factor", right_but("two_factor_enabled = true"), 202, {asked}, 202, {asked}},
    };
}

} // namespace gatehouse::testing
