// Tokens, sessions, signing out, me/data, and the keys that a start loads.
#include "faults/use_case.h"

#include "features/signing_keys/key_keeper.h"
#include "features/signing_keys/rotating.h"

#include <algorithm>
#include <iterator>

namespace gatehouse::testing {
namespace {

constexpr char const* ann = "Ann@example.test";

Answer ann_in(ServiceWorld& world)
{
    return world.signed_in(world.add_person(ann));
}

std::function<Call(ServiceWorld&)> signed_in_then(Call call)
{
    return [call](ServiceWorld& world) {
        return call.as(ann_in(world).text("token"));
    };
}

Call validating(std::string const& token)
{
    return post("/api/v1/auth/validate", {{"token", token}});
}

Call refreshing(std::string const& token)
{
    return post("/api/v1/auth/refresh", {{"refreshToken", token}});
}

// The token of a session that was signed out before.
Answer ann_out(ServiceWorld& world)
{
    auto in = ann_in(world);
    world.call(post("/api/v1/auth/logout").as(in.text("token")));
    return in;
}

Call used_refresh_token(ServiceWorld& world)
{
    auto const call = refreshing(ann_in(world).text("refreshToken"));
    world.call(call);
    return call;
}

Call revoking(ServiceWorld& world, bool the_other)
{
    auto const person = world.add_person(ann);
    auto const one = world.signed_in(person);
    auto const other = world.signed_in(person);
    auto const& meant = the_other ? other : one;
    return remove("/api/v1/auth/sessions/" + meant.text("sessionId")).as(one.text("token"));
}

// What a start does with the keys: there are none yet.
Answer load_keys(ServiceWorld& world)
{
    Answer answer;
    try {
        signing_keys::KeyKeeper keys(
            "https://id.example.test", std::nullopt, world.storage(), world.key, world.clock
        );
        world.run(keys.begin(world.random, jose::Algorithm::eddsa));
        answer.status = 200;
    } catch (std::exception const& failure) {
        answer.status = 503;
        answer.body = failure.what();
    }
    return answer;
}

Call without_keys(ServiceWorld& world)
{
    world.outside().run("DELETE FROM signing_keys");
    return {};
}

// One key, which signs.
Call with_one_key(ServiceWorld& world)
{
    without_keys(world);
    world.take_up_keys();
    return {};
}

signing_keys::Turning turning(ServiceWorld& world)
{
    domain::RequestFacts facts;
    facts.now = world.clock.now();
    facts.request_id = "request";
    return {
        .storage = world.storage(),
        .key = world.key,
        .random = world.random,
        .algorithm = jose::Algorithm::eddsa,
        .facts = facts
    };
}

// A step of an operator, with the status that a route would answer.
Answer stepped(ServiceWorld& world, Async<signing_keys::Taken> step)
{
    Answer answer;
    try {
        world.run(std::move(step));
        answer.status = 200;
    } catch (domain::Refusal const& refusal) {
        answer.status = 409;
        answer.body = refusal.error;
    } catch (std::exception const& failure) {
        answer.status = 503;
        answer.body = failure.what();
    }
    return answer;
}

Answer rotating(ServiceWorld& world)
{
    return stepped(world, signing_keys::rotate(turning(world)));
}

std::function<Answer(ServiceWorld&)> removing(std::string state, bool compromised)
{
    return [state, compromised](ServiceWorld& world) {
        // The oldest one: what is done once more finds another, or none.
        auto kid = world.text("min(kid) FROM signing_keys WHERE state = '" + state + "'");
        return stepped(
            world,
            compromised ? signing_keys::remove_compromised(turning(world), std::move(kid))
                        : signing_keys::remove(turning(world), std::move(kid))
        );
    };
}

Call with_a_key_to_follow(ServiceWorld& world)
{
    with_one_key(world);
    rotating(world);
    world.outside().run(
        "UPDATE signing_keys SET created_at = '2026-01-01T00:00:00.000Z', not_before = "
        "'2026-01-01T00:00:00.000Z'"
    );
    return {};
}

Call with_a_key_that_may_go(ServiceWorld& world)
{
    with_a_key_to_follow(world);
    rotating(world);
    world.outside().run(
        "UPDATE signing_keys SET not_after = '2026-01-01T00:00:00.000Z' WHERE state = "
        "'retiring'"
    );
    return {};
}

std::vector<UseCase> key_use_cases()
{
    std::string const turned = "SETTINGS_UPDATED null success";
    std::vector<UseCase> cases{
        {"signing_keys_first_start", without_keys, 200, {}, 200, {}},
        {"signing_keys_publish", with_one_key, 200, {turned}, 409, {}},
        {"signing_keys_take_over", with_a_key_to_follow, 200, {turned}, 200, {turned}},
        {"signing_keys_remove", with_a_key_that_may_go, 200, {turned}, 409, {}},
        {"signing_keys_remove_early", with_a_key_to_follow, 409, {}, 409, {}},
        {"signing_keys_compromised", with_one_key, 200, {turned}, 200, {turned}},
        {"signing_keys_compromised_later", with_a_key_to_follow, 200, {turned}, 409, {}},
    };
    cases[0].act = load_keys;
    cases[1].act = rotating;
    cases[2].act = rotating;
    cases[3].act = removing("retiring", false);
    cases[4].act = removing("signing", false);
    cases[5].act = removing("signing", true);
    cases[6].act = removing("published", true);
    return cases;
}

} // namespace

std::vector<UseCase> session_use_cases()
{
    std::string const rotated = "TOKEN_ROTATED 200 success";
    std::string const reused = "REFRESH_TOKEN_REUSE_DETECTED 401 denied";
    std::string const out = "LOGOUT 200 success";
    std::string const revoked = "SESSION_REVOKED 200 success";
    auto const list = get("/api/v1/auth/sessions");
    auto const leave = post("/api/v1/auth/logout");
    auto const leave_organization = post("/api/auth/logout");
    auto const refresh = [](ServiceWorld& world) {
        return refreshing(ann_in(world).text("refreshToken"));
    };
    auto const leave_by_refresh_token = [](ServiceWorld& world) {
        return post("/api/v1/auth/logout", {{"refreshToken", ann_in(world).text("refreshToken")}});
    };
    UseCase my_data{"me_data", signed_in_then(get("/api/v1/me/data")), 200, {}, 200, {}};
    my_data.fails_open = "me_data";
    std::vector<UseCase> cases{
        {"validate",
         [](ServiceWorld& world) { return validating(ann_in(world).text("accessToken")); },
         200,
         {},
         200,
         {}},
        {"validate_signed_out",
         [](ServiceWorld& world) { return validating(ann_out(world).text("accessToken")); },
         401,
         {},
         401,
         {}},
        // Asked for something that is refused without the database, so that the row stands alone.
        {"used_by_another_device",
         [](ServiceWorld& world) {
             return post("/api/users/me/password")
                 .as(ann_in(world).text("token"))
                 .with_agent("Mozilla/5.0 (iPhone)");
         },
         400,
         {"SUSPICIOUS_LOGIN_DETECTED null success"},
         400,
         {}},
        {"refresh", refresh, 200, {rotated}, 401, {reused}},
        {"refresh_reused", used_refresh_token, 401, {reused}, 401, {reused}},
        {"refresh_again",
         [](ServiceWorld& world) {
             world.settings.refresh_retry_window = 10s;
             auto const call = refreshing(ann_in(world).text("refreshToken"));
             world.call(call);
             return call;
         },
         200,
         {rotated},
         200,
         {rotated}},
        {"refresh_unknown",
         [](ServiceWorld&) { return refreshing("nobody-made-this"); },
         401,
         {},
         401,
         {}},
        {"refresh_signed_out",
         [](ServiceWorld& world) { return refreshing(ann_out(world).text("refreshToken")); },
         401,
         {},
         401,
         {}},
        {"logout", signed_in_then(leave), 200, {out}, 200, {}},
        {"logout_by_refresh_token", leave_by_refresh_token, 200, {out}, 200, {}},
        {"logout_dead",
         [leave](ServiceWorld& world) { return leave.as(ann_out(world).text("token")); },
         200,
         {},
         200,
         {}},
        {"logout_organization", signed_in_then(leave_organization), 200, {out}, 401, {}},
        {"logout_organization_dead",
         [leave_organization](ServiceWorld& world) {
             return leave_organization.as(ann_out(world).text("token"));
         },
         401,
         {},
         401,
         {}},
        {"sessions_list", signed_in_then(list), 200, {}, 200, {}},
        {"sessions_revoke_other",
         [](ServiceWorld& world) { return revoking(world, true); },
         200,
         {revoked},
         404,
         {}},
        {"sessions_revoke_current",
         [](ServiceWorld& world) { return revoking(world, false); },
         200,
         {revoked},
         401,
         {}},
        {"sessions_revoke_unknown",
         signed_in_then(remove("/api/v1/auth/sessions/99999")),
         404,
         {},
         404,
         {}},
        my_data,
    };
    std::ranges::move(key_use_cases(), std::back_inserter(cases));
    return cases;
}

} // namespace gatehouse::testing
