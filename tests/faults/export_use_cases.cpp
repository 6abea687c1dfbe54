// Evidence that leaves the house, and a person's own data: made while they are sent.
#include "faults/use_case.h"

namespace gatehouse::testing {
namespace {

// Ann, the owner, has proven once more who she is.
std::string proven(ServiceWorld& world)
{
    auto const token = world.signed_in(world.add_person("Ann@example.test", "house")).text("token");
    world.outside().query(
        "INSERT INTO step_up_challenges (id, organization_id, user_id, session_id, purpose, "
        "method, created_at, expires_at, satisfied_at) SELECT 'c' || user_id, organization_id, "
        "user_id, id, 'data_export', 'email_otp', $1, $1, $1 FROM sessions",
        sql::values(world.clock.now())
    );
    return token;
}

UseCase exporting(std::string name, Call call)
{
    std::vector<std::string> const leaves{
        "DATA_EXPORT_COMPLETED 200 success", "DATA_EXPORT_STARTED 200 success"
    };
    UseCase made{
        .name = std::move(name),
        .prepare = [call](ServiceWorld& world) { return call.as(proven(world)); },
        .status = 200,
        .events = leaves,
        .status_again = 200,
        .events_again = leaves,
    };
    made.streams = true;
    return made;
}

// Bea works in Ann's house, and a campaign has begun; they are all decided about where `decided`.
std::string reviewing(ServiceWorld& world, bool decided)
{
    auto const token = proven(world);
    auto const bea = world.add_person("bea@example.test", "house");
    world.outside().query("UPDATE users SET role = 'staff' WHERE id = $1", sql::values(bea.id));
    world.outside().query(
        "INSERT INTO access_reviews (id, organization_id, name, created_by, created_at) "
        "VALUES ('review', 'house', 'Spring', 'ann', $1)",
        sql::values(world.clock.now())
    );
    world.outside().query(
        "INSERT INTO access_review_items (organization_id, review_id, user_id, role, status, "
        "permissions) VALUES ('house', 'review', $1, 'staff', 'active', 'clients.view=1')",
        sql::values(bea.id)
    );
    if (decided)
        world.outside().query(
            "UPDATE access_review_items SET decision = 'keep', reason = 'Still works here', "
            "decided_by = 'ann', decided_at = $1",
            sql::values(world.clock.now())
        );
    world.outside().query(
        "INSERT INTO step_up_challenges (id, organization_id, user_id, session_id, purpose, "
        "method, created_at, expires_at, satisfied_at) SELECT 'f' || user_id, organization_id, "
        "user_id, id, 'force_logout', 'email_otp', $1, $1, $1 FROM sessions",
        sql::values(world.clock.now())
    );
    return token;
}

constexpr char const* reviews = "/api/compliance/access-reviews";

UseCase reading_review(std::string name, std::string path)
{
    return {
        .name = std::move(name),
        .prepare = [path = std::move(path)](ServiceWorld& world
                   ) { return get(path).as(reviewing(world, false)); },
        .status = 200,
        .events = {},
        .status_again = 200,
        .events_again = {},
    };
}

UseCase
changing_review(std::string name, std::string path, json::Object body, std::string event, int again)
{
    bool const is_over = path.ends_with("sign-off");
    UseCase made{
        .name = std::move(name),
        .prepare = [path, body, is_over](ServiceWorld& world
                   ) { return post(path, body).as(reviewing(world, is_over)); },
        .status = path == reviews ? 201 : 200,
        .events = {event},
        .status_again = again,
        .events_again = {},
    };
    if (again < 300)
        made.events_again = {event};
    return made;
}

json::Object deciding(char const* decision)
{
    return {{"userId", "person-2"}, {"decision", decision}, {"reason", "As it should be"}};
}

UseCase counting(std::string name, std::string path)
{
    return {
        .name = std::move(name),
        .prepare
        = [path = std::move(path)](ServiceWorld& world) { return get(path).as(proven(world)); },
        .status = 200,
        .events = {},
        .status_again = 200,
        .events_again = {},
    };
}

} // namespace

std::vector<UseCase> export_use_cases()
{
    std::string const compliance = "/api/compliance/";
    return {
        exporting("export_bundle", post(compliance + "export/bundle", {{"format", "csv"}})),
        exporting("export_criterion", get(compliance + "cc6/access-logs")),
        exporting("export_file_sessions", get(compliance + "export/sessions?format=csv")),
        exporting("export_file_tokens", post(compliance + "export/refresh-tokens", {})),
        exporting("export_own_data", get("/api/v1/me/data/export")),
        exporting(
            "export_access_matrix", get(compliance + "access/matrix?permission=clients.delete")
        ),
        reading_review("review_list", reviews),
        reading_review("review_show", std::string(reviews) + "/review"),
        changing_review(
            "review_begin", reviews, {{"name", "Autumn"}}, "SETTINGS_UPDATED 201 success", 201
        ),
        changing_review(
            "review_keep",
            std::string(reviews) + "/review/decisions",
            deciding("keep"),
            "SETTINGS_UPDATED 200 success",
            200
        ),
        changing_review(
            "review_revoke",
            std::string(reviews) + "/review/decisions",
            deciding("revoke"),
            "USER_SUSPENDED 200 success",
            409
        ),
        changing_review(
            "review_sign_off",
            std::string(reviews) + "/review/sign-off",
            {},
            "SETTINGS_UPDATED 200 success",
            409
        ),
        counting("export_summary", compliance + "soc2/summary"),
        counting("export_controls", compliance + "soc2/controls"),
        {.name = "export_unproven",
         .prepare =
             [compliance](ServiceWorld& world) {
                 auto const ann = world.add_person("Ann@example.test", "house");
                 return post(compliance + "export/bundle", {})
                     .as(world.signed_in(ann).text("token"));
             },
         .status = 428,
         .events = {"STEP_UP_REQUIRED 428 denied"},
         .status_again = 428,
         .events_again = {"STEP_UP_REQUIRED 428 denied"}},
    };
}

} // namespace gatehouse::testing
