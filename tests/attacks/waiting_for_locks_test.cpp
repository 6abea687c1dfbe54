// Requests that wait for a lock: what was true before may not be true when they get it.
#include "domain/attempts.h"
#include "domain/members.h"
#include "domain/sessions.h"
#include "support/second_factors.h"

#include <functional>
#include <future>
#include <thread>

namespace gatehouse::testing {
namespace {

using domain::CanonicalAddress;
using domain::OrganizationId;
using domain::UnitOfWork;
using domain::UserId;

class WaitingForLocks : public InAWorld {
protected:
    Person ann = world.add_person("ann@example.test");
    std::string token = world.signed_in(ann).text("token");

    // The answer to a request that waited for the lock on ann's address while `meanwhile` was done
    // under it.
    Answer held_up(Call what, std::function<Async<void>(UnitOfWork&)> meanwhile)
    {
        auto unit = world.run(world.storage().begin());
        world.run(unit->attempts().lock(CanonicalAddress(ann.email)));
        std::promise<void> begun;
        what.while_the_body_arrives = [&] {
            begun.set_value();
        };
        auto answer
            = std::async(std::launch::async, [&] { return world.in_parallel({what}).front(); });
        begun.get_future().wait();
        std::this_thread::sleep_for(150ms); // enough to be judged once more, and to wait
        world.run(meanwhile(*unit));
        world.run(unit->commit());
        unit.reset();
        return answer.get();
    }
    std::function<Async<void>(UnitOfWork&)> everybody_is_signed_out()
    {
        return [this](UnitOfWork& work) -> Async<void> {
            OrganizationId const house(ann.organization_id);
            UserId const who(ann.id);
            co_await work.users().raise_session_version(house, who, world.clock.now());
        };
    }
    Call asking(std::string const& what, json::Object body) const
    {
        return post("/api/v1/auth/two-factor/" + what, std::move(body)).as(token);
    }
    void expect_ended(Answer const& answer)
    {
        EXPECT_EQ(answer.status, 401) << answer.body;
        EXPECT_EQ(answer.code(), "SESSION_INVALID");
    }
};
INSTANTIATE_ON_BOTH_DATABASES(WaitingForLocks);

TEST_P(WaitingForLocks, AnEndedSessionSwitchesNoSecondFactorOn)
{
    give_factor(world, ann);
    update(ann, "two_factor_enabled = false");
    auto const first_code = asking("verify-totp", {{"code", code_now(world)}});
    expect_ended(held_up(first_code, everybody_is_signed_out()));
    EXPECT_EQ(world.count("users WHERE two_factor_enabled = true"), 0);
    EXPECT_EQ(world.count("users WHERE two_factor_last_step IS NOT NULL"), 0);
    EXPECT_EQ(ledger_rows("TWO_FACTOR_ENABLED"), 0);
}

TEST_P(WaitingForLocks, AnEndedSessionUsesNoCodesUpAndLearnsNothingOfThem)
{
    give_factor(world, ann);
    auto const right = asking("verify-backup-code", {{"code", "plain-one"}});
    expect_ended(held_up(right, everybody_is_signed_out()));
    token = world.call(with_code(temp_token(world, ann), code_now(world))).text("token");
    auto const wrong = asking("verify-backup-code", {{"code", "not it"}});
    expect_ended(held_up(wrong, everybody_is_signed_out()));
    EXPECT_EQ(world.outside().query("SELECT backup_codes FROM users").front().texts(0).size(), 2U);
    EXPECT_EQ(world.count("login_attempts WHERE method = 'backup_code'"), 0);
}

TEST_P(WaitingForLocks, AnEndedSessionChangesNothingWithThePassword)
{
    give_factor(world, ann);
    for (auto const* const what : {"generate-backup-codes", "disable"}) {
        auto const call = asking(what, {{"password", ann.password}});
        expect_ended(held_up(call, everybody_is_signed_out()));
        world.clock.move_by(30s);
        token = world.call(with_code(temp_token(world, ann), code_now(world))).text("token");
    }
    EXPECT_EQ(world.count("users WHERE two_factor_enabled = true"), 1);
}

// Whoever moved meanwhile is counted under the new address, with its lock.
TEST_P(WaitingForLocks, AMovedPersonIsCountedWhereTheyAre)
{
    give_factor(world, ann);
    auto const wrong = asking("verify-totp", {{"code", wrong_code(world)}});
    auto const answer = held_up(wrong, [this](UnitOfWork& work) -> Async<void> {
        OrganizationId const house(ann.organization_id);
        UserId const who(ann.id);
        domain::ProfileChange change;
        change.email = "moved@example.test";
        co_await work.members().change(house, who, change, world.clock.now());
    });
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.code(), "TWO_FACTOR_FAILED");
    EXPECT_EQ(attempts("moved@example.test").failed, 1);
    EXPECT_EQ(attempts("ann@example.test").failed, 0);
}

} // namespace
} // namespace gatehouse::testing
