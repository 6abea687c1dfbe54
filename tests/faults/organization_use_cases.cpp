// Organizations: creating, naming, changing, deleting; and the lists of their people.
#include "faults/use_case.h"
#include "features/first_run/founding.h"

namespace gatehouse::testing {
namespace {

constexpr char const* ann = "Ann@example.test";

// Ann, an owner, does this.
std::function<Call(ServiceWorld&)> by_an_owner(Call call)
{
    return [call](ServiceWorld& world) {
        auto const person = world.add_person(ann, "house");
        return call.as(world.signed_in(person).text("token"));
    };
}

Call founding()
{
    return post("/api/organizations", {{"name", "New House"}, {"size", "1-10"}});
}

std::string printed_token(ServiceWorld& world)
{
    auto const token = world.run(first_run::offer(world.services(), world.clock.now()));
    return token ? std::string(token->reveal()) : "";
}

Call founding_the_first(ServiceWorld& world)
{
    return post(
        "/api/first-run",
        {{"token", printed_token(world)},
         {"organizationName", "First House"},
         {"email", ann},
         {"password", ServiceWorld::usual_password()}}
    );
}

Call checking_the_link(ServiceWorld& world)
{
    return post("/api/first-run/check", {{"token", printed_token(world)}});
}

Call naming(ServiceWorld& world)
{
    auto const call = by_an_owner(founding())(world);
    world.outside().run("UPDATE organizations SET kind = 'personal'");
    return call;
}

Call deleting(ServiceWorld& world)
{
    auto const call = by_an_owner(remove("/api/organizations/house"))(world);
    world.signed_in(world.add_person("bea@example.test", "house"));
    return call;
}

Call deleting_as_staff(ServiceWorld& world)
{
    auto const call = deleting(world);
    world.outside().run("UPDATE users SET role = 'staff'");
    return call;
}

} // namespace

std::vector<UseCase> organization_use_cases()
{
    std::string const created = "ORGANIZATION_CREATED 201 success";
    std::string const changed = "ORGANIZATION_UPDATED 200 success";
    std::string const deleted = "ORGANIZATION_DELETED 204 success";
    std::string const denied = "PERMISSION_DENIED 403 denied";
    auto const change = by_an_owner(patch("/api/organizations/house", {{"name", "Other"}}));
    auto const list = [](char const* query) {
        return by_an_owner(get(std::string("/api/organizations/house/users") + query));
    };
    std::vector<std::string> const first{created, "USER_CREATED 201 success"};
    return {
        {"organization_first", founding_the_first, 201, first, 410, {}},
        {"organization_first_checked", checking_the_link, 200, {}, 200, {}},
        {"organization_new", by_an_owner(founding()), 201, {created}, 201, {created}},
        {"organization_named", naming, 201, {created}, 201, {created}},
        {"organization_read", by_an_owner(get("/api/organizations/house")), 200, {}, 200, {}},
        {"organization_changed", change, 200, {changed}, 200, {changed}},
        {"organization_deleted", deleting, 204, {deleted}, 401, {}},
        {"organization_denied", deleting_as_staff, 403, {denied}, 403, {denied}},
        {"members", list(""), 200, {}, 200, {}},
        {"members_page", list("?page=1&limit=1&sort=lastName"), 200, {}, 200, {}},
        {"members_csv", list("?format=csv"), 200, {}, 200, {}},
    };
}

} // namespace gatehouse::testing
