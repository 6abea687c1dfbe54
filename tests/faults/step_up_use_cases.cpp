// Step-up: asked for, given, refused, skipped; and giving an organization away, which needs it.
#include "faults/use_case.h"
#include "support/second_factors.h"

namespace gatehouse::testing {
namespace {

constexpr char const* ann = "Ann@example.test";
constexpr char const* asking = "/api/security/stepup";
constexpr char const* sending = "/api/security/stepup/send";
constexpr char const* verifying = "/api/security/stepup/verify";

// Ann, the owner of the house that Bea works in, is signed in.
struct Signed {
    Person ann;
    Person bea;
    std::string token;
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
    return made;
}

Call transferring(Signed const& who)
{
    return post("/api/organizations/house/transfer", {{"newOwnerId", who.bea.id}}).as(who.token);
}

Call demanded(ServiceWorld& world)
{
    return transferring(signed_in(world));
}

Call asked(ServiceWorld& world)
{
    return post(asking, {{"purpose", "data_export"}}).as(signed_in(world).token);
}

// The challenge of the answer to asked().
struct Begun {
    Signed who;
    std::string challenge;
};

Begun begun(ServiceWorld& world, bool has_factor)
{
    auto who = signed_in(world);
    if (has_factor)
        give_factor(world, who.ann);
    auto const answer = world.call(post(asking, {{"purpose", "data_export"}}).as(who.token));
    return {std::move(who), answer.text("challengeId")};
}

Call sent_again(ServiceWorld& world)
{
    auto const one = begun(world, false);
    return post(sending, {{"challengeId", one.challenge}}).as(one.who.token);
}

Call giving(Begun const& one, std::string const& code)
{
    return post(verifying, {{"challengeId", one.challenge}, {"code", code}}).as(one.who.token);
}

Call mailed_code(ServiceWorld& world)
{
    auto const one = begun(world, false);
    return giving(one, world.mails(ann).back().code);
}

Call wrong_mailed_code(ServiceWorld& world)
{
    auto const one = begun(world, false);
    return giving(one, world.mails(ann).back().code == "000000" ? "000001" : "000000");
}

Call worn_challenge(ServiceWorld& world)
{
    auto call = mailed_code(world);
    world.outside().run("UPDATE step_up_challenges SET attempts = 5");
    return call;
}

Call of_authenticator(ServiceWorld& world)
{
    return giving(begun(world, true), code_now(world));
}

Call of_paper(ServiceWorld& world)
{
    return giving(begun(world, true), "plain-one");
}

// What would be done behind it is refused: a row for the skipping, and nothing else.
Call skipped(ServiceWorld& world)
{
    auto const who = signed_in(world);
    auto call = post("/api/organizations/house/transfer", {}).as(who.token);
    call.headers.emplace_back("x-stepup-test-bypass", "1");
    return call;
}

Call proven(ServiceWorld& world)
{
    auto const who = signed_in(world);
    world.outside().query(
        "INSERT INTO step_up_challenges (id, organization_id, user_id, session_id, purpose, "
        "method, "
        "created_at, expires_at, satisfied_at) SELECT 'c', organization_id, user_id, id, "
        "'security_settings', 'email_otp', $1, $1, $1 FROM sessions",
        sql::values(world.clock.now())
    );
    return transferring(who);
}

} // namespace

std::vector<UseCase> step_up_use_cases()
{
    std::string const required = "STEP_UP_REQUIRED 428 denied";
    std::string const begun = "STEP_UP_REQUIRED 201 success";
    std::string const sent = "STEP_UP_REQUIRED 200 success";
    std::string const verified = "STEP_UP_VERIFIED 200 success";
    std::string const failed = "STEP_UP_FAILED 401 failure";
    std::string const locked = "ACCOUNT_LOCKED 429 denied";
    std::string const bypassed = "STEP_UP_BYPASSED null skipped";
    std::string const given = "ORGANIZATION_TRANSFERRED 200 success";
    std::string const denied = "PERMISSION_DENIED 403 denied";
    return {
        {"step_up_demanded", demanded, 428, {required}, 428, {required}},
        {"step_up_asked", asked, 201, {begun}, 201, {begun}},
        {"step_up_sent", sent_again, 200, {sent}, 200, {sent}},
        {"step_up_mailed_code", mailed_code, 200, {verified}, 400, {}},
        {"step_up_wrong_code", wrong_mailed_code, 401, {failed}, 401, {failed}},
        {"step_up_worn", worn_challenge, 429, {locked}, 429, {locked}},
        {"step_up_totp", of_authenticator, 200, {verified}, 400, {}},
        {"step_up_backup_code", of_paper, 200, {verified}, 400, {}},
        {"step_up_skipped", skipped, 400, {bypassed}, 400, {bypassed}},
        {"organization_given_away", proven, 200, {given}, 403, {denied}},
    };
}

} // namespace gatehouse::testing
