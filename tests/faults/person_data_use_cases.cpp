// Erasing one's own data, how long things are kept, and legal holds.
#include "faults/use_case.h"

namespace gatehouse::testing {
namespace {

struct Owners {
    Person ann;
    Person bea;
    std::string token; // of Ann
};

Owners two_owners(ServiceWorld& world)
{
    Owners made;
    made.ann = world.add_person("Ann@example.test", "house");
    made.bea = world.add_person("bea@example.test", "house");
    made.token = world.signed_in(made.ann).text("token");
    return made;
}

Owners proven(ServiceWorld& world)
{
    auto made = two_owners(world);
    world.outside().query(
        "INSERT INTO step_up_challenges (id, organization_id, user_id, session_id, purpose, "
        "method, created_at, expires_at, satisfied_at) SELECT 'c' || user_id, organization_id, "
        "user_id, id, 'security_settings', 'email_otp', $1, $1, $1 FROM sessions",
        sql::values(world.clock.now())
    );
    return made;
}

void schedule(ServiceWorld& world, Person const& who)
{
    world.outside().query(
        "INSERT INTO audit_erasures (organization_id, user_id, cause, address, requested_at, "
        "due_at) VALUES ('house', $1, 'requested', 'ann@example.test', $2, $3)",
        sql::values(who.id, world.clock.now(), world.clock.now() + 1h)
    );
}

Call asking(ServiceWorld& world)
{
    auto const who = two_owners(world);
    return remove("/api/v1/me/data", {{"password", who.ann.password}}).as(who.token);
}

Call guessing(ServiceWorld& world)
{
    return remove("/api/v1/me/data", {{"password", "not the password"}})
        .as(two_owners(world).token);
}

Call asking_last(ServiceWorld& world)
{
    auto const who = two_owners(world);
    world.outside().query("UPDATE users SET role = 'staff' WHERE id = $1", sql::values(who.bea.id));
    return remove("/api/v1/me/data", {{"password", who.ann.password}}).as(who.token);
}

Call looking(ServiceWorld& world)
{
    auto const who = two_owners(world);
    schedule(world, who.ann);
    return get("/api/v1/me/data/erasure").as(who.token);
}

Call keeping(ServiceWorld& world)
{
    auto const who = two_owners(world);
    schedule(world, who.ann);
    return remove("/api/v1/me/data/erasure").as(who.token);
}

Call changing(ServiceWorld& world)
{
    return put("/api/security/retention", {{"tokenDays", 60}}).as(proven(world).token);
}

Call holding(ServiceWorld& world)
{
    auto const who = proven(world);
    return post("/api/security/legal-holds", {{"userId", who.bea.id}, {"reason", "a case"}})
        .as(who.token);
}

Call lifting(ServiceWorld& world)
{
    auto const who = proven(world);
    world.outside().run(
        "INSERT INTO legal_holds (organization_id, reason, set_at) VALUES ('house', 'a case', "
        "'2026-11-22T07:05:09.123Z')"
    );
    return post("/api/security/legal-holds/lift", {{"reason", "closed"}}).as(who.token);
}

std::function<Call(ServiceWorld&)> reading(std::string path)
{
    return [path = std::move(path)](ServiceWorld& world) {
        return get(path).as(two_owners(world).token);
    };
}

} // namespace

std::vector<UseCase> person_data_use_cases()
{
    std::string const wanted = "PROFILE_UPDATED 200 success";
    std::string const wrong = "LOGIN_FAILURE 401 failure";
    std::string const kept = "PROFILE_UPDATED 200 success";
    std::string const updated = "SETTINGS_UPDATED 200 success";
    std::string const held = "SETTINGS_UPDATED 200 success";
    std::string const lifted = "SETTINGS_UPDATED 200 success";
    return {
        {"erasure_asked_for", asking, 200, {wanted}, 200, {}},
        {"erasure_wrong_password", guessing, 401, {wrong}, 401, {wrong}},
        {"erasure_of_the_last_owner", asking_last, 400, {}, 400, {}},
        {"erasure_looked_at", looking, 200, {}, 200, {}},
        {"erasure_taken_back", keeping, 200, {kept}, 404, {}},
        {"retention", reading("/api/security/retention"), 200, {}, 200, {}},
        {"retention_changed", changing, 200, {updated}, 200, {updated}},
        {"legal_holds", reading("/api/security/legal-holds"), 200, {}, 200, {}},
        {"legal_hold_set", holding, 201, {held}, 409, {}},
        {"legal_hold_lifted", lifting, 200, {lifted}, 404, {}},
    };
}

} // namespace gatehouse::testing
