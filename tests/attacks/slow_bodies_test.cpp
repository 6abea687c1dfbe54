// Requests whose bodies are held back: what was true at the head may not be true at their end.
#include "support/second_factors.h"

namespace gatehouse::testing {
namespace {

class SlowBodies : public InAWorld {
protected:
    // The answer to a request whose body took so long, and what happened meanwhile.
    Answer held_back(Call what, Duration time, std::function<void()> meanwhile = {})
    {
        what.while_the_body_arrives = [this, time, meanwhile] {
            world.clock.move_by(time);
            if (meanwhile)
                meanwhile();
        };
        return world.call(std::move(what));
    }
};
INSTANTIATE_ON_BOTH_DATABASES(SlowBodies);

// D-30: tries that were announced long ago and are made now count now, and close the address.
TEST_P(SlowBodies, HeldBackGuessesCloseTheAddressLikeAnyOthers)
{
    auto const person = world.add_person("ann@example.test");
    for (int time = 0; time < 5; ++time)
        EXPECT_EQ(held_back(login_as(person.email, "wrong"), 2min).status, 401);
    EXPECT_EQ(held_back(login_as(person.email, "wrong"), 16min).status, 429);
    EXPECT_EQ(
        world.count(
            "login_attempts WHERE email = $1 AND attempted_at > $2",
            sql::values(person.email, world.clock.now() - 1s)
        ),
        1
    ) << "the last try is stamped when it was made, not when it began";
    EXPECT_EQ(login(person).status, 429);
}

// D-43: a session that ended while the body was on its way opens nothing any more.
TEST_P(SlowBodies, ASessionThatEndsMeanwhileOpensNothing)
{
    auto const person = world.add_person("ann@example.test");
    auto const bearer = world.signed_in(person).text("accessToken");
    auto const init = post("/api/v1/me/encryption-vault/init").as(bearer);
    auto const answer = held_back(init, 1s, [&] {
        auto const ends = world.in_parallel(post("/api/v1/auth/logout").as(bearer), 1);
        EXPECT_EQ(ends.front().status, 200);
    });
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.code(), "SESSION_INVALID");
    EXPECT_EQ(world.count("encryption_vaults"), 0);
}

TEST_P(SlowBodies, ALinkThatExpiresMeanwhileIsExpired)
{
    auto const person = world.add_person("ann@example.test");
    auto const token = forgotten_link(person.email);
    auto const answer = held_back(
        post(
            "/api/v1/auth/reset-password", {{"token", token}, {"newPassword", "Another-Horse-43"}}
        ),
        61min
    );
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.code(), "TOKEN_EXPIRED");
}

// A code is judged by the hour at which it is judged: one held back is neither fresh nor uncounted.
TEST_P(SlowBodies, ACodeThatWasHeldBackIsAnOldCode)
{
    auto const person = world.add_person("ann@example.test");
    give_factor(world, person);
    auto const late = with_code(temp_token(world, person), code_now(world));
    EXPECT_EQ(held_back(late, 2min).status, 401);
    auto const expired = with_code(temp_token(world, person), code_now(world, 12));
    EXPECT_EQ(held_back(expired, 6min).status, 401) << "the tempToken ran out";
    for (int time = 0; time < 4; ++time) {
        auto const guess = with_code(temp_token(world, person), wrong_code(world));
        EXPECT_EQ(held_back(guess, 1min).status, 401);
    }
    auto const closed = with_code(temp_token(world, person), code_now(world, 2));
    EXPECT_EQ(held_back(closed, 1min).status, 429);
}

// The own password within a session, too.
TEST_P(SlowBodies, HeldBackGuessesWithinASessionCloseTheAddress)
{
    auto const person = world.add_person("ann@example.test");
    auto const token = world.signed_in(person).text("token");
    auto const guess = post("/api/v1/auth/two-factor/enable", {{"password", "wrong"}}).as(token);
    for (int time = 0; time < 5; ++time)
        EXPECT_EQ(held_back(guess, 2min).status, 401);
    EXPECT_EQ(held_back(guess, 16min).status, 429);
    EXPECT_EQ(login(person).status, 429);
}

} // namespace
} // namespace gatehouse::testing
