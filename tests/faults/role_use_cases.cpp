// Roles of an organization's own, and decisions told to others.
#include "faults/use_case.h"

namespace gatehouse::testing {
namespace {

struct Managed { // by an owner, with one role and somebody who may hold it
    std::string token;
    std::string roles; // path
    std::string role; // id
    Person colleague;
};

json::Object role_of(std::string const& name, std::string const& permission)
{
    json::Array permissions;
    permissions.emplace_back(json::Object{{"id", permission}, {"cell", "1"}});
    return {{"name", name}, {"permissions", std::move(permissions)}};
}

Managed managed(ServiceWorld& world)
{
    auto const owner = world.add_person("Ann@example.test", "house");
    world.outside().run("UPDATE users SET role = 'owner' WHERE id = '" + owner.id + "'");
    Managed made;
    made.token = world.signed_in(owner).text("token");
    made.colleague = world.add_person("Ben@example.test", "house");
    world.outside().run("UPDATE users SET role = 'staff' WHERE id = '" + made.colleague.id + "'");
    made.roles = "/api/organizations/house/roles";
    // By SQL: an id that the ledger repeats must be the same each time.
    world.outside().run(
        "INSERT INTO custom_roles (id, organization_id, name, created_at, updated_at) VALUES "
        "('auditors', 'house', 'Auditors', '2026-11-22T07:05:09.123Z', '2026-11-22T07:05:09.123Z')"
    );
    world.outside().run(
        "INSERT INTO custom_role_permissions (organization_id, role_id, permission_id) "
        "VALUES ('house', 'auditors', 'users.view')"
    );
    made.role = "auditors";
    return made;
}

Call giving(ServiceWorld& world)
{
    auto const there = managed(world);
    auto const path = "/api/users/" + there.colleague.id + "/custom-role";
    return patch(path, {{"customRoleId", there.role}}).as(there.token);
}

std::function<Call(ServiceWorld&)> by_the_owner(std::string path, json::Object body)
{
    return [=](ServiceWorld& world) {
        auto const there = managed(world);
        return post(path, body).as(there.token);
    };
}

} // namespace

std::vector<UseCase> role_use_cases()
{
    std::string const made = "PERMISSION_CHANGED 201 success";
    std::string const changed = "PERMISSION_CHANGED 200 success";
    std::string const removed = "PERMISSION_CHANGED 204 success";
    auto const create
        = by_the_owner("/api/organizations/house/roles", role_of("Readers", "clients.view"));
    auto const change = [](ServiceWorld& world) {
        auto const there = managed(world);
        return patch(there.roles + "/" + there.role, role_of("Renamed", "clients.edit"))
            .as(there.token);
    };
    auto const preview = [](ServiceWorld& world) {
        auto const there = managed(world);
        return patch(there.roles + "/" + there.role + "?dryRun=1", role_of("New", "clients.edit"))
            .as(there.token);
    };
    auto const delete_it = [](ServiceWorld& world) {
        auto const there = managed(world);
        return remove(there.roles + "/" + there.role).as(there.token);
    };
    auto const list = [](ServiceWorld& world) {
        auto const there = managed(world);
        return get(there.roles).as(there.token);
    };
    json::Object const question{{"action", "clients.view"}};
    return {
        {"role_created", create, 201, {made}, 409, {}},
        {"role_changed", change, 200, {changed}, 200, {changed}},
        {"role_previewed", preview, 200, {}, 200, {}},
        {"role_deleted", delete_it, 204, {removed}, 404, {}},
        {"role_given", giving, 200, {changed}, 200, {changed}},
        {"roles", list, 200, {}, 200, {}},
        {"permission_explained", by_the_owner("/api/authz/explain", question), 200, {}, 200, {}},
    };
}

} // namespace gatehouse::testing
