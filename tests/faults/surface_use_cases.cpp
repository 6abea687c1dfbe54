// What those who keep an organization safe see and do: sessions of others, rules about addresses,
// the policy, the ledger.
#include "faults/use_case.h"

namespace gatehouse::testing {
namespace {

constexpr char const* ann = "Ann@example.test";
constexpr char const* refresh_path = "/api/auth/refresh";

// Ann, the owner of the house that Bea works in, is signed in, and so is Bea.
struct Signed {
    Person ann;
    Person bea;
    std::string token;
    Answer of_bea;
};

Signed signed_in(ServiceWorld& world)
{
    Signed made;
    made.ann = world.add_person(ann, "house");
    made.bea = world.add_person("bea@example.test", "house");
    world.outside().query(
        "UPDATE users SET role = 'staff' WHERE id = $1", sql::values(made.bea.id)
    );
    made.token = world.signed_in(made.ann).text("token");
    made.of_bea = world.signed_in(made.bea);
    return made;
}

// Everybody has proven once more who they are, for this.
Signed proven(ServiceWorld& world, std::string const& purpose)
{
    auto made = signed_in(world);
    world.outside().query(
        "INSERT INTO step_up_challenges (id, organization_id, user_id, session_id, purpose, "
        "method, created_at, expires_at, satisfied_at) SELECT 'c' || user_id, organization_id, "
        "user_id, "
        "id, $2, 'email_otp', $1, $1, $1 FROM sessions",
        sql::values(world.clock.now(), purpose)
    );
    return made;
}

void add_rule(ServiceWorld& world, std::string const& action, std::string const& network)
{
    world.outside().query(
        "INSERT INTO ip_rules (id, organization_id, action, network, created_at, updated_at) "
        "VALUES ('rule', 'house', $1, $2, $3, $3)",
        sql::values(action, network, world.clock.now())
    );
}

std::function<Call(ServiceWorld&)> reading(std::string path)
{
    return [path = std::move(path)](ServiceWorld& world) {
        return get(path).as(signed_in(world).token);
    };
}

Call revoking(ServiceWorld& world)
{
    auto const who = proven(world, "revoke_session");
    return post("/api/security/sessions/" + who.of_bea.text("sessionId") + "/revoke", {})
        .as(who.token);
}

Call ending_person(ServiceWorld& world)
{
    auto const who = proven(world, "force_logout");
    return post("/api/security/sessions/revoke-all", {{"userId", who.bea.id}}).as(who.token);
}

Call ending_everybody(ServiceWorld& world)
{
    auto const who = proven(world, "force_logout");
    return post("/api/security/sessions/revoke-all", {}).as(who.token);
}

Call ending_unproven(ServiceWorld& world)
{
    return post("/api/security/sessions/revoke-all", {}).as(signed_in(world).token);
}

Call making_rule(ServiceWorld& world, char const* network)
{
    auto const who = proven(world, "ip_rule_change");
    return post("/api/security/ip-rules", {{"action", "deny"}, {"network", network}}).as(who.token);
}

Call changing_rule(ServiceWorld& world)
{
    auto const who = proven(world, "ip_rule_change");
    add_rule(world, "deny", "203.0.113.0/24");
    return patch("/api/security/ip-rules/rule", {{"enabled", false}}).as(who.token);
}

Call deleting_rule(ServiceWorld& world)
{
    auto const who = proven(world, "ip_rule_change");
    add_rule(world, "deny", "203.0.113.0/24");
    return remove("/api/security/ip-rules/rule").as(who.token);
}

Call changing_policy(ServiceWorld& world)
{
    auto const who = proven(world, "security_settings");
    return patch("/api/security/policy", {{"sessionIdleMinutes", 60}}).as(who.token);
}

// Nobody is let in any more.
Call from_outside(ServiceWorld& world)
{
    auto const who = signed_in(world);
    add_rule(world, "deny", "0.0.0.0/0");
    return get("/api/users/me").as(who.token);
}

Call signing_in_from_outside(ServiceWorld& world)
{
    auto const who = signed_in(world);
    add_rule(world, "deny", "0.0.0.0/0");
    return post("/api/auth/login", {{"email", who.ann.email}, {"password", who.ann.password}});
}

Call refreshing_from_outside(ServiceWorld& world)
{
    auto const who = signed_in(world);
    add_rule(world, "deny", "0.0.0.0/0");
    return post(refresh_path, {{"refreshToken", who.of_bea.text("refreshToken")}});
}

void ask_for_short_sessions(ServiceWorld& world)
{
    world.outside().run(
        R"(UPDATE organizations SET settings = '{"security":{"sessionIdleSeconds":3600}}')"
    );
}

Call refreshing_shorter(ServiceWorld& world)
{
    auto const who = signed_in(world);
    ask_for_short_sessions(world);
    return post(refresh_path, {{"refreshToken", who.of_bea.text("refreshToken")}});
}

Call without_the_factor(ServiceWorld& world)
{
    auto const who = signed_in(world);
    world.outside().run(
        R"(UPDATE organizations SET settings = '{"security":{"secondFactorRequired":true}}')"
    );
    return get("/api/auth/sessions").as(who.token);
}

} // namespace

std::vector<UseCase> surface_use_cases()
{
    std::string const required = "STEP_UP_REQUIRED 428 denied";
    std::string const denied = "PERMISSION_DENIED 403 denied";
    std::string const revoked = "SESSION_REVOKED 200 success";
    std::string const forced = "FORCE_LOGOUT 200 success";
    std::string const made = "IP_RULE_CREATED 201 success";
    std::string const changed = "IP_RULE_UPDATED 200 success";
    std::string const deleted = "IP_RULE_DELETED 204 success";
    std::string const updated = "SETTINGS_UPDATED 200 success";
    std::string const rotated = "TOKEN_ROTATED 200 success";
    std::string const reused = "REFRESH_TOKEN_REUSE_DETECTED 401 denied";
    auto const harmless = [](ServiceWorld& world) {
        return making_rule(world, "203.0.113.0/24");
    };
    auto const shutting_out = [](ServiceWorld& world) {
        return making_rule(world, "0.0.0.0/0");
    };
    UseCase health{
        "surface_control_health", reading("/api/compliance/controls/health"), 200, {}, 200, {}
    };
    health.fails_open = "control_health"; // since when, alone
    return {
        {"surface_sessions", reading("/api/security/sessions?limit=5"), 200, {}, 200, {}},
        {"surface_session_revoked", revoking, 200, {revoked}, 409, {}},
        {"surface_person_signed_out", ending_person, 200, {forced}, 200, {forced}},
        {"surface_everybody_signed_out", ending_everybody, 200, {forced}, 200, {forced}},
        {"surface_step_up", ending_unproven, 428, {required}, 428, {required}},
        {"surface_audit_logs", reading("/api/security/audit-logs?limit=5"), 200, {}, 200, {}},
        {"surface_audit_summary", reading("/api/security/audit-summary"), 200, {}, 200, {}},
        health,
        {"surface_no_decision", reading("/api/security/decisions/99999999"), 404, {}, 404, {}},
        {"surface_rule_made", harmless, 201, {made}, 409, {}},
        {"surface_rule_against_oneself", shutting_out, 409, {}, 409, {}},
        {"surface_rules", reading("/api/security/ip-rules"), 200, {}, 200, {}},
        {"surface_rule_changed", changing_rule, 200, {changed}, 200, {changed}},
        {"surface_rule_deleted", deleting_rule, 204, {deleted}, 404, {}},
        {"surface_policy", reading("/api/security/policy"), 200, {}, 200, {}},
        {"surface_policy_changed", changing_policy, 200, {updated}, 200, {updated}},
        {"surface_kept_outside", from_outside, 403, {denied}, 403, {denied}},
        {"surface_login_outside", signing_in_from_outside, 403, {denied}, 403, {denied}},
        {"surface_refresh_outside", refreshing_from_outside, 403, {denied}, 403, {denied}},
        {"surface_refresh_shorter", refreshing_shorter, 200, {rotated}, 401, {reused}},
        {"surface_without_factor", without_the_factor, 403, {denied}, 403, {denied}},
    };
}

} // namespace gatehouse::testing
