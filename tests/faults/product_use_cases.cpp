// Reports, the subscription and agents.
#include "faults/use_case.h"

#include <gtest/gtest.h>

namespace gatehouse::testing {
namespace {

struct Owner {
    std::string token;
    std::string report; // ready
};

Owner owner_of_a_report(ServiceWorld& world)
{
    auto const person = world.add_person("Ann@example.test", "house");
    Owner owner{.token = world.signed_in(person).text("token"), .report = {}};
    auto const asked = post("/api/reports", {{"type", "user-access"}, {"format", "json"}});
    owner.report = world.call(asked.as(owner.token)).text("id");
    EXPECT_TRUE(world.run_afterwards().empty());
    return owner;
}

std::function<Call(ServiceWorld&)> by_owner(Call call)
{
    return [call](ServiceWorld& world) {
        return call.as(owner_of_a_report(world).token);
    };
}

std::function<Call(ServiceWorld&)>
to_report(http::Method method, std::string end = {}, json::Object body = {})
{
    return [=](ServiceWorld& world) {
        auto const owner = owner_of_a_report(world);
        auto call = patch("/api/reports/" + owner.report + end, body).as(owner.token);
        call.method = method;
        return call;
    };
}

} // namespace

std::vector<UseCase> product_use_cases()
{
    using http::Method;
    std::string const created = "RESOURCE_CREATED 201 success";
    std::string const changed = "RESOURCE_UPDATED 200 success";
    std::string const deleted = "RESOURCE_DELETED 204 success";
    std::string const billed = "BILLING_CHANGED 200 success";
    std::string const used = "AI_AGENT_USED 200 success";
    auto const subscription = "/api/billing/subscription";
    auto const list = by_owner(get("/api/reports?page=1"));
    auto const plan = by_owner(patch(subscription, {{"plan", "pro"}}));
    auto const question
        = post("/api/ai-agents/access-guide/messages", {{"message", "clients.view"}});
    return {
        {"report_listed", list, 200, {}, 200, {}},
        {"report_shown", to_report(Method::get), 200, {}, 200, {}},
        {"report_downloaded", to_report(Method::get, "/download"), 200, {}, 200, {}},
        {"report_renamed",
         to_report(Method::patch, "", {{"name", "Other"}}),
         200,
         {changed},
         200,
         {changed}},
        {"report_deleted", to_report(Method::remove), 204, {deleted}, 404, {}},
        {"plan_shown", by_owner(get(subscription)), 200, {}, 200, {}},
        {"plan_changed", plan, 200, {billed}, 200, {}},
        {"agent_asked", by_owner(question), 200, {used}, 200, {used}},
        {"searched", by_owner(get("/api/search?q=a")), 200, {}, 200, {}},
        {"notifications_listed", by_owner(get("/api/notifications?page=1")), 200, {}, 200, {}},
        {"notifications_cleared",
         by_owner(post("/api/notifications/clear")),
         200,
         {"PROFILE_UPDATED 200 success"},
         200,
         {}},
    };
}

} // namespace gatehouse::testing
