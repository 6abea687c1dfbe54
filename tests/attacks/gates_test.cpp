// Who, where and what come before the body, on every route that the provisioner may use.
#include "app/contents.h"
#include "support/world_fixture.h"

namespace gatehouse::testing {
namespace {

constexpr char const* id_of_organization = "house";

std::string path_of(http::Route const& route, std::string const& person)
{
    std::string path(route.path);
    auto const at = path.find(":id");
    if (at != std::string::npos)
        path.replace(at, 3, path.starts_with("/api/users/") ? person : id_of_organization);
    if (path.ends_with("/by-email"))
        path += "?email=nobody@a.test";
    return path;
}

class Gates : public InAWorld {
protected:
    Person owner = world.add_person("owner@a.test", id_of_organization);

    // Every route marked as open to the provisioner, asked about `owner` and their organization.
    std::vector<Call> open_routes()
    {
        std::vector<Call> all;
        for (auto const& endpoint : app::contents())
            if (endpoint.route.access.kind() == http::Access::Kind::session_or_provisioner) {
                auto call = get(path_of(endpoint.route, owner.id));
                call.method = endpoint.route.method;
                all.push_back(std::move(call));
            }
        return all;
    }
    Person stranger(char const* role, std::string organization = {})
    {
        auto person = world.add_person(std::string(role) + "@b.test", std::move(organization));
        update(person, std::string("role = '") + role + "'");
        return person;
    }
    // Bodies that would be 400, 413 and 415 if they were looked at.
    static std::vector<Call> with_bad_bodies(Call const& call)
    {
        auto malformed = call;
        malformed.body = "{";
        auto large = call;
        large.body.assign(2 * 1024 * 1024, ' ');
        auto encoded = call;
        encoded.body = "{}";
        encoded.headers.emplace_back("content-encoding", "gzip");
        return {malformed, large, encoded};
    }
    void expect_denied(Call const& call)
    {
        auto const before = ledger_rows("PERMISSION_DENIED");
        auto const answer = world.call(call);
        EXPECT_EQ(answer.status, 403) << call.target << ": " << answer.body;
        EXPECT_EQ(ledger_rows("PERMISSION_DENIED"), before + 1) << call.target;
    }
};
INSTANTIATE_ON_BOTH_DATABASES(Gates);

TEST_P(Gates, OpenToTheProvisionerAloneAndClosedToEverybodyWithoutCredential)
{
    auto const routes = open_routes();
    EXPECT_GE(routes.size(), 10U);
    for (auto const& call : routes) {
        auto const closed = world.call(call);
        EXPECT_EQ(closed.status, 401) << call.target;
        EXPECT_EQ(closed.code(), "UNAUTHORIZED") << call.target;
    }
    world.settings.provisioning = domain::Provisioning::open;
    for (auto const& call : routes) {
        EXPECT_EQ(world.call(call.as("nonsense")).status, 401) << call.target;
        EXPECT_EQ(world.call(call.with_cookie("token=nonsense")).status, 401) << call.target;
        EXPECT_EQ(world.call(call.with_cookie("other=cookie")).status, 401) << call.target;
        auto basic = call;
        basic.headers.emplace_back("authorization", "Basic YTpi");
        EXPECT_EQ(world.call(basic).status, 401) << call.target;
    }
    EXPECT_EQ(world.count("organizations WHERE id = 'house'"), 1);
    EXPECT_EQ(ledger_rows("PERMISSION_DENIED"), 0) << "nobody was known";
    EXPECT_EQ(world.call(get("/api/organizations/house")).status, 200);
}

TEST_P(Gates, ALiveSessionIsJudgedAsEverywhereWhereProvisioningIsOpen)
{
    world.settings.provisioning = domain::Provisioning::open;
    auto const staff = world.signed_in(stranger("staff", id_of_organization)).text("token");
    expect_denied(remove("/api/organizations/house").as(staff));
    expect_denied(get("/api/organizations/house/users").as(staff));
    EXPECT_EQ(world.call(get("/api/organizations/house").as(staff)).status, 200);
}

TEST_P(Gates, TheRightComesBeforeTheBodyOfAnotherOrganization)
{
    auto const foreign = world.signed_in(stranger("staff")).text("token");
    for (auto const& call : open_routes()) {
        if (call.target == "/api/users") // where is told by its body alone
            continue;
        expect_denied(call.as(foreign));
        if (!http::is_safe(call.method))
            for (auto const& bad : with_bad_bodies(call))
                expect_denied(bad.as(foreign));
    }
}

TEST_P(Gates, TheRightComesBeforeTheBodyInTheOwnOrganization)
{
    auto const staff = world.signed_in(stranger("staff", id_of_organization)).text("token");
    std::vector<Call> const calls{
        patch("/api/organizations/house", {}),
        remove("/api/organizations/house"),
        patch("/api/users/" + owner.id, {}),
        patch("/api/users/" + owner.id + "/role", {}),
        patch("/api/users/" + owner.id + "/status", {}),
        remove("/api/users/" + owner.id),
    };
    for (auto const& call : calls)
        for (auto const& bad : with_bad_bodies(call))
            expect_denied(bad.as(staff));
}

TEST_P(Gates, WhereComesBeforeWhat)
{
    auto const staff = world.signed_in(stranger("staff")).text("token");
    for (auto const& call :
         {patch("/api/organizations/99999", {}),
          remove("/api/users/99999"),
          patch("/api/users/99999/role", {}),
          get("/api/organizations/99999/users")}) {
        auto const answer = world.call(call.as(staff));
        EXPECT_EQ(answer.status, 404) << call.target;
    }
    EXPECT_EQ(ledger_rows("PERMISSION_DENIED"), 0);
}

TEST_P(Gates, WhoIsAddedWhereIsReadFromTheBodyAndJudgedBeforeTheRest)
{
    auto const foreign = world.signed_in(stranger("owner")).text("token");
    auto const adding = [](json::Value organization) {
        return post("/api/users", {{"organizationId", std::move(organization)}, {"email", 7}});
    };
    expect_denied(adding("house").as(foreign));
    EXPECT_EQ(world.call(adding("99999").as(foreign)).status, 404);
    EXPECT_EQ(world.call(adding(nullptr).as(foreign)).status, 400);
    auto const own = world.signed_in(owner).text("token");
    auto const judged = world.call(adding("house").as(own));
    EXPECT_EQ(judged.status, 400);
    EXPECT_EQ(judged.text("error"), "email must be a text");
}

TEST_P(Gates, ImmutableMembersAreRefusedForOwnersAndTheProvisionerToo)
{
    auto const own = world.signed_in(owner).text("token");
    auto const call = patch("/api/users/" + owner.id, {{"role", nullptr}, {"email", 7}});
    expect_denied(call.as(own));
    world.settings.provisioning = domain::Provisioning::open;
    auto const answer = world.call(call);
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(answer.code(), "IMMUTABLE_FIELD");
    EXPECT_EQ(answer.text("error"), "role cannot be changed");
}

} // namespace
} // namespace gatehouse::testing
