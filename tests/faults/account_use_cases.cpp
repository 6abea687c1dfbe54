// Registering, proving a mailbox, replacing a forgotten password.
#include "faults/use_case.h"

namespace gatehouse::testing {
namespace {

constexpr char const* ann = "Ann@example.test";
constexpr char const* new_password = "Another-Horse-8";

Call registering()
{
    return post(
        "/api/v1/auth/register",
        {{"email", ann}, {"password", ServiceWorld::usual_password()}, {"name", "Ann"}}
    );
}

Call forgetting(std::string const& email)
{
    return post("/api/v1/auth/forgot-password", {{"email", email}});
}

Call resending(std::string const& email)
{
    return post("/api/v1/auth/resend-verification", {{"email", email}});
}

Call resetting(std::string const& token, std::string const& password = new_password)
{
    return post("/api/v1/auth/reset-password", {{"token", token}, {"newPassword", password}});
}

Call proving(std::string const& token)
{
    return get("/api/auth/verify-email?token=" + token);
}

// Somebody who registered eight days ago and never proved the mailbox: no longer in the way.
Call after_a_squatter(ServiceWorld& world)
{
    auto const squatter = world.add_person(ann);
    world.outside().query(
        "UPDATE users SET self_registered = true, email_verified = false, created_at = $2 "
        "WHERE id = $1",
        sql::values(squatter.id, world.clock.now() - 24h * 8)
    );
    return registering();
}

std::string mailed_link(ServiceWorld& world)
{
    return world.mails(ann).back().tokens.front();
}

Call link_of_registration(ServiceWorld& world)
{
    world.registered(ann);
    return proving(mailed_link(world));
}

Call used_link(ServiceWorld& world)
{
    auto const call = link_of_registration(world);
    world.call(call);
    return call;
}

Call expired_link(ServiceWorld& world)
{
    auto const call = link_of_registration(world);
    world.outside().query(
        "UPDATE one_time_tokens SET expires_at = $1", sql::values(world.clock.now())
    );
    return call;
}

Call resend_too_often(ServiceWorld& world)
{
    world.registered(ann);
    for (int time = 0; time < 5; ++time)
        world.call(resending(ann));
    return resending(ann);
}

Call forgotten(ServiceWorld& world)
{
    world.add_person(ann);
    return forgetting(ann);
}

Call forgotten_in_two_organizations(ServiceWorld& world)
{
    world.add_person(ann);
    world.add_person(ann);
    return forgetting(ann);
}

Call forgotten_too_often(ServiceWorld& world)
{
    world.settings.reset_token_storage = domain::ResetTokenStorage::column; // a decoy each time
    auto const call = forgotten(world);
    for (int time = 0; time < 3; ++time)
        world.call(call);
    return call;
}

// A session that must end, a failed try that must go, a second link that must be void.
std::string reset_link(ServiceWorld& world)
{
    auto const person = world.add_person(ann);
    world.signed_in(person);
    world.call(post("/api/v1/auth/login", {{"email", ann}, {"password", "wrong"}}));
    world.call(forgetting(ann));
    auto link = mailed_link(world);
    world.call(forgetting(ann));
    return link;
}

Call expired_reset_link(ServiceWorld& world)
{
    auto const link = reset_link(world);
    world.outside().query(
        "UPDATE one_time_tokens SET expires_at = $1", sql::values(world.clock.now())
    );
    return resetting(link);
}

} // namespace

std::vector<UseCase> account_use_cases()
{
    std::string const made = "REGISTER 200 success";
    std::string const proven = "EMAIL_VERIFIED 302 success";
    std::string const resent = "VERIFICATION_RESENT 200 success";
    std::string const asked = "PASSWORD_RESET_REQUESTED 200 success";
    std::string const done = "PASSWORD_RESET_COMPLETED 200 success";
    auto const registered = [](ServiceWorld& world) {
        world.registered(ann);
        return resending(ann);
    };
    return {
        {"register", [](ServiceWorld&) { return registering(); }, 200, {made}, 409, {}},
        {"register_after_squatter", after_a_squatter, 200, {made}, 409, {}},
        {"register_taken",
         [](ServiceWorld& world) {
             world.registered(ann);
             return registering();
         },
         409,
         {},
         409,
         {}},
        {"verify_email", link_of_registration, 302, {proven}, 302, {}},
        {"verify_email_used", used_link, 302, {}, 302, {}},
        {"verify_email_expired", expired_link, 302, {}, 302, {}},
        {"verify_email_unknown",
         [](ServiceWorld&) { return proving("nobody-made-this"); },
         302,
         {},
         302,
         {}},
        {"resend", registered, 200, {resent}, 200, {resent}},
        {"resend_unknown",
         [](ServiceWorld&) { return resending("nobody@example.test"); },
         200,
         {},
         200,
         {}},
        {"resend_too_often", resend_too_often, 429, {}, 429, {}},
        {"forgot", forgotten, 200, {asked}, 200, {asked}},
        {"forgot_in_two_organizations",
         forgotten_in_two_organizations,
         200,
         {asked, asked},
         200,
         {asked, asked}},
        {"forgot_unknown",
         [](ServiceWorld&) { return forgetting("nobody@example.test"); },
         200,
         {},
         200,
         {}},
        {"forgot_too_often", forgotten_too_often, 429, {}, 429, {}},
        {"reset",
         [](ServiceWorld& world) { return resetting(reset_link(world)); },
         200,
         {done},
         400,
         {}},
        {"reset_unknown",
         [](ServiceWorld&) { return resetting("nobody-made-this"); },
         400,
         {},
         400,
         {}},
        {"reset_expired", expired_reset_link, 400, {}, 400, {}},
        {"reset_weak",
         [](ServiceWorld& world) { return resetting(reset_link(world), "123"); },
         400,
         {},
         400,
         {}},
    };
}

} // namespace gatehouse::testing
