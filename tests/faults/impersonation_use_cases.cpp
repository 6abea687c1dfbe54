// Acting as somebody else, and as oneself again.
#include "faults/use_case.h"

namespace gatehouse::testing {
namespace {

constexpr char const* path = "/api/security/impersonate";

struct Two {
    Person owner;
    Person staff;
    Answer login; // of the owner, who has stepped up
};

Two two(ServiceWorld& world)
{
    Two made;
    made.owner = world.add_person("owner@example.test", "house");
    made.staff = world.add_person("staff@example.test", "house");
    world.outside().query(
        "UPDATE users SET role = 'staff' WHERE id = $1", sql::values(made.staff.id)
    );
    made.login = world.signed_in(made.owner);
    world.outside().query(
        "INSERT INTO step_up_challenges (id, organization_id, user_id, session_id, purpose, "
        "method, created_at, expires_at, satisfied_at) "
        "VALUES ('proof', 'house', $1, $2, 'impersonate', 'totp', $3, $3, $3)",
        sql::values(made.owner.id, made.login.text("sessionId"), world.clock.now())
    );
    return made;
}

Call beginning(ServiceWorld& world)
{
    auto const made = two(world);
    return post(path, {{"userId", made.staff.id}, {"reason", "Ticket 7"}})
        .as(made.login.text("token"));
}

Call ending(ServiceWorld& world)
{
    auto const begin = beginning(world);
    world.call(begin);
    return remove(path).as(begin.bearer);
}

Call ending_from_within(ServiceWorld& world)
{
    return remove(path).as(world.call(beginning(world)).text("token"));
}

// Reads both sessions.
Call acting(ServiceWorld& world)
{
    return post("/api/clients", {{"name", "C"}}).as(world.call(beginning(world)).text("token"));
}

} // namespace

std::vector<UseCase> impersonation_use_cases()
{
    std::string const started = "IMPERSONATION_STARTED 201 success";
    std::string const ended = "IMPERSONATION_ENDED 200 success";
    std::string const created = "RESOURCE_CREATED 201 success";
    return {
        {"impersonation_begins", beginning, 201, {started}, 409, {}},
        {"impersonation_ends", ending, 200, {ended}, 404, {}},
        {"impersonation_ends_from_within", ending_from_within, 200, {ended}, 401, {}},
        {"impersonation_creates", acting, 201, {created}, 201, {created}},
    };
}

} // namespace gatehouse::testing
