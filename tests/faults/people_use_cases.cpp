// People: adding, showing, changing, suspending and deleting one.
#include "faults/use_case.h"

namespace gatehouse::testing {
namespace {

constexpr char const* ann = "Ann@example.test";
constexpr char const* bea = "bea@example.test";
constexpr char const* wanted = "wanted@example.test";

struct Two { // of one organization, both owners
    Person ann;
    Person bea;
    std::string token; // ann's
};

// Bea has a session and links that must not outlive what happens to her.
Two two_owners(ServiceWorld& world)
{
    Two two{.ann = world.add_person(ann, "house"), .bea = world.add_person(bea, "house")};
    world.signed_in(two.bea);
    world.call(post("/api/v1/auth/forgot-password", {{"email", bea}}));
    two.token = world.signed_in(two.ann).text("token");
    return two;
}

std::function<Call(ServiceWorld&)> to_bea(http::Method method, std::string end, json::Object body)
{
    return [=](ServiceWorld& world) {
        auto const two = two_owners(world);
        auto call = patch("/api/users/" + two.bea.id + end, body).as(two.token);
        call.method = method;
        return call;
    };
}

Call adding(ServiceWorld& world)
{
    auto const two = two_owners(world);
    json::Object body{
        {"organizationId", "house"},
        {"email", wanted},
        {"password", ServiceWorld::usual_password()},
        {"role", "owner"}
    };
    return post("/api/users", std::move(body)).as(two.token);
}

// Ann registered herself: her new address waits for its link.
Call own_address(ServiceWorld& world)
{
    auto const two = two_owners(world);
    world.outside().query(
        "UPDATE users SET self_registered = true WHERE id = $1", sql::values(two.ann.id)
    );
    return patch("/api/users/" + two.ann.id, {{"email", wanted}}).as(two.token);
}

Call link_of_new_address(ServiceWorld& world)
{
    world.call(own_address(world));
    return get("/api/auth/verify-email?token=" + world.mails(wanted).back().tokens.front());
}

Call link_of_taken_address(ServiceWorld& world)
{
    auto const call = link_of_new_address(world);
    world.add_person(wanted);
    return call;
}

Call oneself(ServiceWorld& world)
{
    auto const two = two_owners(world);
    return remove("/api/users/" + two.ann.id).as(two.token);
}

} // namespace

std::vector<UseCase> people_use_cases()
{
    using http::Method;
    std::string const added = "USER_CREATED 201 success";
    std::string const changed = "USER_UPDATED 200 success";
    std::string const moved = "EMAIL_CHANGED 200 success";
    std::string const own = "PROFILE_UPDATED 200 success";
    std::string const proven = "EMAIL_CHANGED 302 success";
    std::string const role = "ROLE_CHANGED 200 success";
    std::string const suspended = "USER_SUSPENDED 200 success";
    std::string const reactivated = "USER_REACTIVATED 200 success";
    std::string const deleted = "USER_DELETED 204 success";
    std::string const denied = "PERMISSION_DENIED 403 denied";
    auto const me = [](ServiceWorld& world) {
        return get("/api/users/me").as(two_owners(world).token);
    };
    auto const by_address = [](ServiceWorld& world) {
        return get("/api/users/by-email?email=BEA@example.test").as(two_owners(world).token);
    };
    auto const immutable = to_bea(Method::patch, "", {{"role", "staff"}});
    return {
        {"person_added", adding, 201, {added}, 409, {}},
        {"person_me", me, 200, {}, 200, {}},
        {"person_by_address", by_address, 200, {}, 200, {}},
        {"person_renamed",
         to_bea(Method::patch, "", {{"firstName", "Bea"}}),
         200,
         {changed},
         200,
         {changed}},
        {"person_moved",
         to_bea(Method::patch, "", {{"email", wanted}}),
         200,
         {moved},
         200,
         {changed}},
        {"person_immutable", immutable, 403, {denied}, 403, {denied}},
        {"person_own_address", own_address, 200, {own}, 200, {own}},
        {"person_address_proven", link_of_new_address, 302, {proven}, 302, {}},
        {"person_address_taken", link_of_taken_address, 302, {}, 302, {}},
        {"person_role",
         to_bea(Method::patch, "/role", {{"role", "staff"}}),
         200,
         {role},
         200,
         {role}},
        {"person_suspended",
         to_bea(Method::patch, "/status", {{"status", "suspended"}}),
         200,
         {suspended},
         200,
         {suspended}},
        {"person_reactivated",
         to_bea(Method::patch, "/status", {{"status", "active"}}),
         200,
         {reactivated},
         200,
         {reactivated}},
        {"person_deleted", to_bea(Method::remove, "", {}), 204, {deleted}, 404, {}},
        {"person_oneself", oneself, 400, {}, 400, {}},
    };
}

} // namespace gatehouse::testing
