// Sign-ins and refreshes that are too unusual, and the code that lets them go on.
#include "faults/use_case.h"
#include "support/second_factors.h"

namespace gatehouse::testing {
namespace {

constexpr char const* ann = "Ann@example.test";
constexpr char const* login_path = "/api/auth/login";
constexpr char const* refresh_path = "/api/auth/refresh";
constexpr char const* verify_path = "/api/security/stepup/verify";

json::Object at_home()
{
    return {{"deviceFingerprint", "home"}, {"country", "DE"}, {"city", "Berlin"}};
}

json::Object abroad()
{
    return {{"deviceFingerprint", "away"}, {"country", "JP"}, {"city", "Osaka"}};
}

Call signing_in(json::Object from)
{
    from.push_back({"email", json::Value(ann)});
    from.push_back({"password", json::Value(ServiceWorld::usual_password())});
    return post(login_path, std::move(from));
}

Call refreshing(std::string const& token, json::Object from)
{
    from.push_back({"refreshToken", json::Value(token)});
    return post(refresh_path, std::move(from));
}

// Ann has signed in at home.
struct Settled {
    Person ann;
    std::string refresh_token;
};

Settled settled(ServiceWorld& world)
{
    Settled made;
    made.ann = world.add_person(ann);
    made.refresh_token = world.call(signing_in(at_home())).text("refreshToken");
    return made;
}

void fail_three_times(ServiceWorld& world, Person const& person)
{
    for (int time = 0; time < 3; ++time)
        world.outside().query(
            "INSERT INTO login_attempts (email, user_id, successful, attempted_at) "
            "VALUES ('ann@example.test', $1, false, $2)",
            sql::values(person.id, world.clock.now())
        );
}

// Asked once before, so that what is read of the history is known: it is told elsewhere what
// becomes of a sign-in whose history cannot be read.
Call unusual(ServiceWorld& world)
{
    settled(world);
    world.call(signing_in(abroad()));
    return signing_in(abroad());
}

Call blocked(ServiceWorld& world)
{
    auto const who = settled(world);
    world.call(signing_in(abroad()));
    fail_three_times(world, who.ann);
    return signing_in(abroad());
}

Call unusual_refresh(ServiceWorld& world)
{
    auto const who = settled(world);
    world.call(signing_in(abroad()));
    return refreshing(who.refresh_token, abroad());
}

Call blocked_refresh(ServiceWorld& world)
{
    auto const call = unusual_refresh(world);
    world.outside().query(
        "INSERT INTO login_attempts (email, user_id, successful, attempted_at) "
        "SELECT 'ann@example.test', id, false, $1 FROM users, (SELECT 1 AS n UNION ALL SELECT 2 "
        "UNION ALL SELECT 3) three",
        sql::values(world.clock.now())
    );
    return call;
}

Call verifying(ServiceWorld& world, Answer const& asked)
{
    return post(
        verify_path,
        {{"challengeId", asked.text("challengeId")}, {"code", world.mails(ann).back().code}}
    );
}

Call code_of_a_login(ServiceWorld& world)
{
    settled(world);
    return verifying(world, world.call(signing_in(abroad())));
}

Call code_of_a_refresh(ServiceWorld& world)
{
    auto const who = settled(world);
    return verifying(world, world.call(refreshing(who.refresh_token, abroad())));
}

} // namespace

std::vector<UseCase> risk_use_cases()
{
    std::string const medium = "ANOMALY_SCORE_MEDIUM 428 denied";
    std::string const high = "ANOMALY_SCORE_HIGH 401 denied";
    std::string const reused = "REFRESH_TOKEN_REUSE_DETECTED 401 denied";
    std::string const in = "LOGIN_SUCCESS 200 success";
    std::string const verified = "STEP_UP_VERIFIED 200 success";
    return {
        {"login_unusual", unusual, 428, {medium}, 428, {medium}},
        // The session version is another one then, so that what was kept is kept for nobody; and
        // with the history read anew it is as unusual as before.
        {"refresh_unusual", unusual_refresh, 428, {medium}, 401, {reused}},
        {"step_up_of_a_login", code_of_a_login, 200, {in, verified}, 400, {}},
        {"step_up_of_a_refresh", code_of_a_refresh, 200, {verified}, 400, {}},
        {"refresh_blocked", blocked_refresh, 401, {high}, 401, {reused}},
        {"login_blocked", blocked, 401, {high}, 401, {high}},
    };
}

} // namespace gatehouse::testing
