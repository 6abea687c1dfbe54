// The pictures of people: replaced whole, gone with their person, nobody else's.
#include "domain/pictures.h"
#include "support/store_fixture.h"

namespace gatehouse::testing {
namespace {

using domain::OrganizationId;
using domain::Picture;
using domain::UnitOfWork;
using domain::UserId;

class PicturesStore : public OnStores {
protected:
    void SetUp() override
    {
        OnStores::SetUp();
        add_people();
    }
    void replace(std::string const& who, std::vector<Picture> const& variants)
    {
        in_unit([&](UnitOfWork& work) -> Async<void> {
            OrganizationId const where("o");
            UserId const whose(who);
            co_await work.pictures().replace(where, whose, variants, now);
        });
    }
    std::optional<Picture>
    found(std::string const& variant, std::string const& who = "ann", std::string const& at = "o")
    {
        return in_unit([&](UnitOfWork& work) -> Async<std::optional<Picture>> {
            OrganizationId const where(at);
            UserId const whose(who);
            co_return co_await work.pictures().find(where, whose, variant);
        });
    }
    std::string const bytes{"\xFF\xD8\0\r\n'\x80", 7};
};
INSTANTIATE_ON_BOTH_DATABASES(PicturesStore);

TEST_P(PicturesStore, KeepsEveryByte)
{
    replace("ann", {{"256", "image/jpeg", bytes}, {"64", "image/png", std::string(100'000, '\0')}});
    EXPECT_EQ(found("256")->bytes, bytes);
    EXPECT_EQ(found("256")->content_type, "image/jpeg");
    EXPECT_EQ(found("64")->bytes.size(), 100'000U);
    EXPECT_FALSE(found("128"));
    EXPECT_FALSE(found("256", "bea"));
    EXPECT_FALSE(found("256", "ann", "another"));
}

TEST_P(PicturesStore, ReplacesAllVariantsOfOnePersonAlone)
{
    replace("ann", {{"256", "image/jpeg", "old"}, {"64", "image/jpeg", "old"}});
    replace("bea", {{"256", "image/jpeg", "hers"}});
    replace("ann", {{"256", "image/png", "new"}});
    EXPECT_EQ(found("256")->bytes, "new");
    EXPECT_FALSE(found("64"));
    EXPECT_EQ(found("256", "bea")->bytes, "hers");
}

TEST_P(PicturesStore, GoesWithItsPerson)
{
    replace("ann", {{"256", "image/jpeg", "hers"}});
    replace("bea", {{"256", "image/jpeg", "hers"}});
    in_unit([&](UnitOfWork& work) -> Async<void> {
        OrganizationId const where("o");
        UserId const whose("ann");
        co_await work.pictures().remove(where, whose);
    });
    EXPECT_FALSE(found("256"));
    EXPECT_EQ(count("user_pictures"), 1);
    outside().query("DELETE FROM users WHERE id = 'bea'");
    EXPECT_EQ(count("user_pictures"), 0);
}

TEST_P(PicturesStore, IsShownForLivePeopleOfTheOrganizationAlone)
{
    auto const shown = [&](std::string const& at, std::string const& who) {
        return in_unit([&](UnitOfWork& work) -> Async<bool> {
            OrganizationId const where(at);
            UserId const whose(who);
            std::optional<std::string> const url("/picture");
            co_return co_await work.users().show_picture(where, whose, url, now + 1s);
        });
    };
    EXPECT_TRUE(shown("o", "ann"));
    EXPECT_EQ(count("users WHERE id = 'ann' AND profile_picture = '/picture'"), 1);
    EXPECT_EQ(count("users WHERE id = 'bea' AND profile_picture IS NULL"), 1);
    EXPECT_FALSE(shown("another", "ann"));
    EXPECT_FALSE(shown("o", "nobody"));
    outside().query("UPDATE users SET deleted_at = created_at WHERE id = 'ann'");
    EXPECT_FALSE(shown("o", "ann"));
}

} // namespace
} // namespace gatehouse::testing
