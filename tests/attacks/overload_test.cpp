// More than the house can do at once: some are told to come back, and nobody's count or books
// suffer.
#include "support/world_fixture.h"

namespace gatehouse::testing {
namespace {

class Overload : public ::testing::TestWithParam<sql::Dialect> {
protected:
    static void expect_told_to_come_back(Answer const& answer)
    {
        EXPECT_EQ(answer.code(), "SERVICE_UNAVAILABLE");
        EXPECT_NE(answer.header("Retry-After"), "");
        EXPECT_TRUE(answer.cookies().empty());
    }
    // Every 200 has its session and its row, and nothing else has.
    static void expect_books_to_balance(ServiceWorld& world, std::vector<Answer> const& answers)
    {
        auto statuses = statuses_of(answers);
        EXPECT_EQ(statuses[200] + statuses[503], static_cast<int>(answers.size()));
        EXPECT_GT(statuses[200], 0);
        EXPECT_EQ(world.count("sessions"), statuses[200]);
        EXPECT_EQ(world.count("audit_ledger WHERE event_type = 'LOGIN_SUCCESS'"), statuses[200]);
        EXPECT_EQ(world.count("login_attempts WHERE successful = false"), 0);
        for (auto const& answer : answers)
            if (answer.status == 503)
                expect_told_to_come_back(answer);
    }
};
INSTANTIATE_ON_BOTH_DATABASES(Overload);

TEST_P(Overload, AFullHashingQueueIsNoFailedTry)
{
    ServiceWorld world(GetParam(), {.hash_queue = 2});
    auto const ann = world.add_person("ann@example.test");
    auto const answers = world.in_parallel(login_as(ann.email, ann.password), 60);
    EXPECT_GT(statuses_of(answers)[503], 0) << "the queue was never full: nothing was tested";
    expect_books_to_balance(world, answers);
    EXPECT_EQ(world.call(login_as(ann.email, ann.password)).status, 200) << "and it is over";
}

TEST_P(Overload, AFullLineForTheDatabaseIsNoFailedTry)
{
    ServiceWorld world(GetParam(), {.engine = {.waiting_units = 1, .waiting_time = 60s}});
    auto const ann = world.add_person("ann@example.test");
    auto const answers = world.in_parallel(login_as(ann.email, ann.password), 60);
    EXPECT_GT(statuses_of(answers)[503], 0) << "the line was never full: nothing was tested";
    expect_books_to_balance(world, answers);
    EXPECT_EQ(world.call(login_as(ann.email, ann.password)).status, 200) << "and it is over";
}

// An outage of the database says 503 everywhere, and never that somebody's credential is bad.
TEST_P(Overload, WithoutADatabaseNothingIsCalledInvalid)
{
    ServiceWorld world(GetParam());
    auto const ann = world.add_person("ann@example.test");
    auto const in = world.signed_in(ann);
    auto const token = in.text("token");
    std::vector<Call> const calls{
        login_as(ann.email, ann.password),
        login_as(ann.email, "wrong", organization_login),
        post("/api/v1/auth/validate", {{"token", token}}),
        post("/api/v1/auth/refresh", {{"refreshToken", in.text("refreshToken")}}),
        post("/api/v1/auth/logout").as(token),
        post("/api/auth/logout").as(token),
        get("/api/v1/auth/sessions").as(token),
        get("/api/v1/me/data").as(token),
        post("/api/v1/me/encryption-vault/init").as(token),
        get("/api/v1/me/encryption-vault/key").as(token),
        get("/api/auth/verify-email?token=x"),
        post("/api/v1/auth/forgot-password", {{"email", ann.email}}),
        post("/api/v1/auth/resend-verification", {{"email", ann.email}}),
        post("/api/v1/auth/reset-password", {{"token", "x"}, {"newPassword", "Another-Horse-8"}}),
        post(
            "/api/v1/auth/register",
            {{"email", "bea@example.test"}, {"password", ServiceWorld::usual_password()}}
        ),
    };
    for (auto const& call : calls) {
        world.faults().arm({.nth = 1, .kind = FaultKind::disconnect});
        auto const answer = world.call(call);
        world.faults().disarm();
        EXPECT_EQ(answer.status, 503) << call.target << ": " << answer.body;
        expect_told_to_come_back(answer);
        EXPECT_EQ(answer.member("valid"), nullptr);
    }
    EXPECT_EQ(world.call(get("/api/v1/me/data").as(token)).status, 200) << "nobody was signed out";
    EXPECT_EQ(world.count("login_attempts WHERE successful = false"), 0);
}

} // namespace
} // namespace gatehouse::testing
