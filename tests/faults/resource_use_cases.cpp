// What a product keeps, and who is assigned to it.
#include "faults/use_case.h"

namespace gatehouse::testing {
namespace {

using namespace std::string_literals;

struct Kept { // a client of the owner's organization, and somebody to assign
    std::string token;
    std::string client;
    Person colleague;
};

Person owner_in(ServiceWorld& world)
{
    auto const owner = world.add_person("Ann@example.test");
    world.outside().run("UPDATE users SET role = 'owner' WHERE id = '" + owner.id + "'");
    return owner;
}

Kept kept(ServiceWorld& world)
{
    auto const owner = owner_in(world);
    auto const token = world.signed_in(owner).text("token");
    auto const colleague = world.add_person("Ben@example.test", owner.organization_id);
    auto const made = world.call(post("/api/clients", {{"name", "Client"}}).as(token));
    return {.token = token, .client = made.text("id"), .colleague = colleague};
}

Call creating(ServiceWorld& world)
{
    auto const owner = owner_in(world);
    return post("/api/clients", {{"name", "Client"}, {"phone", "1"}})
        .as(world.signed_in(owner).text("token"));
}

Call changing(ServiceWorld& world)
{
    auto const there = kept(world);
    return patch("/api/clients/" + there.client, {{"name", "Renamed"}}).as(there.token);
}

Call deleting(ServiceWorld& world)
{
    auto const there = kept(world);
    return remove("/api/clients/" + there.client).as(there.token);
}

Call assigning(ServiceWorld& world)
{
    auto const there = kept(world);
    return post(
               "/api/assignments",
               {{"resourceType", "client"},
                {"resourceId", there.client},
                {"userId", there.colleague.id}}
    ).as(there.token);
}

Call taking_away(ServiceWorld& world)
{
    auto const again = assigning(world);
    auto const assigned = world.call(again);
    return remove("/api/assignments/" + assigned.text("id")).as(again.bearer);
}

} // namespace

std::vector<UseCase> resource_use_cases()
{
    auto const created = "RESOURCE_CREATED 201 success"s;
    auto const updated = "RESOURCE_UPDATED 200 success"s;
    auto const deleted = "RESOURCE_DELETED 204 success"s;
    auto const assigned = "ASSIGNMENT_CHANGED 201 success"s;
    auto const unassigned = "ASSIGNMENT_CHANGED 204 success"s;
    return {
        {"resource_create", creating, 201, {created}, 201, {created}},
        {"resource_change", changing, 200, {updated}, 200, {updated}},
        {"resource_delete", deleting, 204, {deleted}, 404, {}},
        {"assign", assigning, 201, {assigned}, 200, {}},
        {"unassign", taking_away, 204, {unassigned}, 404, {}},
    };
}

} // namespace gatehouse::testing
