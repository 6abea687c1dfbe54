// Finding out who has an account: known and unknown addresses get the same answer for the same
// work.
#include "support/world_fixture.h"

namespace gatehouse::testing {
namespace {

constexpr char const* known = "ann@example.test";
constexpr char const* unknown = "nobody@example.test";

class Enumeration : public InAWorld {
protected:
    struct Work {
        std::size_t hashes = 0;
        std::size_t commits = 0;
        std::size_t statements = 0;
        bool operator==(Work const&) const = default;
    };
    Work work_of(Call const& call)
    {
        auto const hashes = world.hashes();
        auto const commits = world.faults().commits();
        world.faults().disarm(); // counts statements from anew
        world.call(call);
        return {
            .hashes = world.hashes() - hashes,
            .commits = world.faults().commits() - commits,
            .statements = world.faults().seen()
        };
    }
    static std::string without_request_id(Answer const& answer)
    {
        auto body = answer.body;
        auto const id = answer.text("requestId");
        if (auto const at = body.find(id); !id.empty() && at != std::string::npos)
            body.replace(at, id.size(), "<id>");
        auto head = answer.response.header_lines();
        return std::to_string(answer.status) + "\n" + head + "\n" + body;
    }
    void expect_same_answer(Call const& one, Call const& other)
    {
        EXPECT_EQ(without_request_id(world.call(one)), without_request_id(world.call(other)));
    }
};
INSTANTIATE_ON_BOTH_DATABASES(Enumeration);

TEST_P(Enumeration, AWrongPasswordAndAnUnknownAddressCostTheSame)
{
    world.add_person(known);
    for (auto const* const path : {account_login, organization_login}) {
        auto const wrong = work_of(login_as(known, "not it", path));
        auto const nobody = work_of(login_as(unknown, "not it", path));
        EXPECT_EQ(wrong.hashes, 1U);
        EXPECT_EQ(wrong.commits, 1U);
        EXPECT_EQ(nobody.hashes, wrong.hashes);
        EXPECT_EQ(nobody.commits, wrong.commits);
    }
}

TEST_P(Enumeration, SoDoDeletedAndPasswordlessPeople)
{
    auto const gone = world.add_person("gone@example.test");
    update(gone, "deleted_at = created_at");
    auto const bare = world.add_person("bare@example.test");
    update(bare, "password_hash = NULL, password_scheme = NULL");
    for (auto const& person : {gone, bare}) {
        auto const work = work_of(login_as(person.email, person.password));
        EXPECT_EQ(work.hashes, 1U) << person.email;
        EXPECT_EQ(work.commits, 1U) << person.email;
        EXPECT_EQ(login(person).status, 401) << person.email;
    }
}

TEST_P(Enumeration, AnOrganizationThatTheAddressIsNotInCostsOneHashToo)
{
    world.add_person(known);
    auto const call
        = post(account_login, {{"email", known}, {"password", "x"}, {"organizationId", "99999"}});
    EXPECT_EQ(work_of(call).hashes, 1U);
    EXPECT_EQ(world.call(call).status, 401);
}

TEST_P(Enumeration, EverySignInAnswerIsTheSameFromTheFirstFailureToTheLock)
{
    world.add_person(known);
    for (auto const* const path : {account_login, organization_login})
        for (int time = 0; time < 6; ++time)
            expect_same_answer(login_as(known, "not it", path), login_as(unknown, "not it", path));
}

TEST_P(Enumeration, OddAddressesAreAtWorstUnknownOnes)
{
    for (auto const& odd :
         {std::string("no at sign"),
          std::string("' OR 1=1 --"),
          std::string("a@b@c"),
          std::string(5000, 'a'),
          std::string("\xF0\x9F\x98\x80@example.test")}) {
        auto const answer = guess(odd);
        EXPECT_EQ(answer.status, 401) << odd;
        EXPECT_EQ(answer.text("error"), "Invalid credentials");
    }
}

TEST_P(Enumeration, AnOverlongPasswordIsAMismatchAfterTheSameWork)
{
    world.add_person(known);
    auto const work = work_of(login_as(known, std::string(100'000, 'p')));
    EXPECT_EQ(work.hashes, 1U);
    EXPECT_EQ(work.commits, 1U);
}

TEST_P(Enumeration, ForgettingAPasswordSaysTheSameForEverybody)
{
    world.add_person(known);
    auto const suspended = world.add_person("suspended@example.test");
    update(suspended, "status = 'suspended'");
    auto const forget = [](std::string const& email) {
        return post("/api/v1/auth/forgot-password", {{"email", email}});
    };
    for (auto const* const other : {unknown, "suspended@example.test", "no at sign"})
        for (int time = 0; time < 4; ++time) { // the fourth is 429 for all of them
            world.outside().query(
                "DELETE FROM reset_requests WHERE email = $1 AND $2 = 0", sql::values(known, time)
            );
            expect_same_answer(forget(known), forget(other));
        }
    EXPECT_EQ(world.mails(known).size(), 9U);
    EXPECT_TRUE(world.mails("suspended@example.test").empty());
    EXPECT_EQ(work_of(forget("other@example.test")).commits, 1U);
}

TEST_P(Enumeration, AskingForAnotherLinkSaysTheSameForEverybody)
{
    world.registered(known);
    world.add_person("proven@example.test");
    auto const resend = [](std::string const& email) {
        return post("/api/v1/auth/resend-verification", {{"email", email}});
    };
    for (int time = 0; time < 6; ++time) // the sixth is 429 for both
        expect_same_answer(resend(known), resend(unknown));
    for (int time = 0; time < 5; ++time)
        expect_same_answer(resend("proven@example.test"), resend("nothing@example.test"));
    EXPECT_EQ(world.mails(known).size(), 6U) << "the registration's and five more";
    EXPECT_TRUE(world.mails("proven@example.test").empty());
}

// Unknown ids and other people's are one: 404 with the same words.
TEST_P(Enumeration, OtherPeoplesSessionsLookLikeUnknownOnes)
{
    auto const ann = world.signed_in(world.add_person(known));
    auto const bea = world.signed_in(world.add_person("bea@example.test"));
    auto const revoke = [&](std::string const& id) {
        return remove("/api/v1/auth/sessions/" + id).as(ann.text("token"));
    };
    expect_same_answer(revoke("99999"), revoke(bea.text("sessionId")));
    EXPECT_EQ(status_with(bea.text("token")), 200);
    EXPECT_EQ(ledger_rows("SESSION_REVOKED"), 0);
}

} // namespace
} // namespace gatehouse::testing
