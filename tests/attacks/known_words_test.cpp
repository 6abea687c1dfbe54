// Passwords made of what everybody knows of the person, on every route that sets one.
#include "support/world_fixture.h"

namespace gatehouse::testing {
namespace {

constexpr char const* email = "ann.example@corp.test";

class KnownWords : public InAWorld {
protected:
    void expect_weak(Answer const& answer)
    {
        EXPECT_EQ(answer.status, 400) << answer.body;
        EXPECT_EQ(answer.code(), "WEAK_PASSWORD");
    }
    Person owner()
    {
        auto person = world.add_person(email, "house");
        world.outside().query(
            "UPDATE organizations SET name = 'Kestrel Over The Moor' WHERE id = 'house'"
        );
        return person;
    }
    // The own address, and the organization's name.
    static std::vector<std::string> weak() { return {email, "kestrel over the moor"}; }
    static std::string other() { return "lapwing over the moor"; }
};
INSTANTIATE_ON_BOTH_DATABASES(KnownWords);

TEST_P(KnownWords, AtRegistration)
{
    auto const call = [](std::string const& password) {
        return post(
            "/api/v1/auth/register",
            {{"email", email}, {"name", "Lapwing Over The Moor"}, {"password", password}}
        );
    };
    expect_weak(world.call(call(email)));
    expect_weak(world.call(call(other())));
    EXPECT_EQ(world.call(call("kestrel over the moor")).status, 200);
}

TEST_P(KnownWords, WhereAPersonIsCreated)
{
    auto const token = world.signed_in(owner()).text("token");
    auto const call = [&](std::string const& password) {
        return post(
                   "/api/users",
                   {{"organizationId", "house"},
                    {"email", "bea.example@corp.test"},
                    {"firstName", "Beatrice Of Lapwing"},
                    {"password", password}}
        ).as(token);
    };
    for (auto const* const password :
         {"bea.example@corp.test", "kestrel over the moor", "beatrice of lapwing"})
        expect_weak(world.call(call(password)));
    EXPECT_EQ(world.call(call(other())).status, 201);
}

TEST_P(KnownWords, WhereAnInvitationIsAccepted)
{
    auto const token = world.signed_in(owner()).text("token");
    world.call(post(
                   "/api/organizations/house/invitations",
                   {{"email", "bea.example@corp.test"}, {"role", "staff"}}
    )
                   .as(token));
    auto const link = world.mails("bea.example@corp.test").back().tokens.front();
    auto const call = [&](std::string const& password) {
        return post("/api/invitations/" + link + "/accept", {{"password", password}});
    };
    auto const hashes = world.hashes();
    for (auto const* const password : {"bea.example@corp.test", "kestrel over the moor"})
        expect_weak(world.call(call(password)));
    EXPECT_EQ(world.hashes(), hashes);
    EXPECT_EQ(world.call(call(other())).status, 201) << "the offer stands";
}

TEST_P(KnownWords, WhereThePasswordIsChanged)
{
    auto const ann = owner();
    auto const token = world.signed_in(ann).text("token");
    auto const call = [&](std::string const& password) {
        return post(
                   "/api/users/me/password",
                   {{"currentPassword", ann.password}, {"newPassword", password}}
        ).as(token);
    };
    for (auto const& password : weak())
        expect_weak(world.call(call(password)));
    EXPECT_EQ(world.call(call(other())).status, 200);
}

TEST_P(KnownWords, WhereItIsReset)
{
    owner();
    auto const link = forgotten_link(email);
    for (auto const& password : weak())
        expect_weak(reset(link, password));
    EXPECT_EQ(reset(link, other()).status, 200) << "the link stays usable";
}

} // namespace
} // namespace gatehouse::testing
