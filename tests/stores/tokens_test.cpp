// Refresh tokens and one-time tokens: each is spent by the write itself, once.
#include "domain/directory.h"
#include "domain/one_time_tokens.h"
#include "domain/refresh_tokens.h"
#include "support/store_fixture.h"

namespace gatehouse::testing {
namespace {

using domain::OneTimeToken;
using domain::OneTimeTokenId;
using domain::OrganizationId;
using domain::RefreshEnd;
using domain::RefreshToken;
using domain::RefreshTokenId;
using domain::SessionId;
using domain::TokenDigest;
using domain::TokenPurpose;
using domain::UnitOfWork;
using domain::UserId;

class TokensStore : public OnStores {
protected:
    OrganizationId const here{"o"};
    UserId const ann{"ann"};

    void SetUp() override
    {
        OnStores::SetUp();
        add_people();
        add(session("s"));
        add(session("t"));
    }

    RefreshToken refresh_token(std::string const& id, std::string const& of = "s") const
    {
        RefreshToken token;
        token.id = RefreshTokenId(id);
        token.organization_id = here;
        token.user_id = ann;
        token.session_id = SessionId(of);
        token.digest = TokenDigest("digest of " + id);
        token.family_id = RefreshTokenId("family of " + of);
        token.issued_at = now;
        token.expires_at = now + 24h;
        return token;
    }
    void keep(RefreshToken const& token)
    {
        in_unit([&](UnitOfWork& work) -> Async<void> {
            co_await work.refresh_tokens().insert(token);
        });
    }
    bool rotate(std::string const& id, Instant at = now)
    {
        return in_unit([&](UnitOfWork& work) -> Async<bool> {
            RefreshTokenId const which(id);
            RefreshTokenId const next("next");
            co_return co_await work.refresh_tokens().rotate(here, which, next, "sealed", at);
        });
    }
    std::optional<RefreshToken> stored(std::string const& id)
    {
        return in_unit([&](UnitOfWork& work) -> Async<std::optional<RefreshToken>> {
            TokenDigest const digest("digest of " + id);
            co_return co_await work.directory().refresh_token(digest);
        });
    }

    OneTimeToken link(std::string const& id, TokenPurpose purpose = TokenPurpose::reset_password)
    {
        OneTimeToken token;
        token.id = OneTimeTokenId(id);
        token.organization_id = here;
        token.user_id = ann;
        token.purpose = purpose;
        token.digest = TokenDigest("digest of " + id);
        token.created_at = now;
        token.expires_at = now + 1h;
        return token;
    }
    void keep(OneTimeToken const& token)
    {
        in_unit([&](UnitOfWork& work) -> Async<void> {
            co_await work.one_time_tokens().insert(token);
        });
    }
    bool spend(std::string const& id, Instant at = now, std::string const& organization = "o")
    {
        return in_unit([&](UnitOfWork& work) -> Async<bool> {
            OrganizationId const where(organization);
            OneTimeTokenId const which(id);
            co_return co_await work.one_time_tokens().spend(where, which, at);
        });
    }
};
INSTANTIATE_ON_BOTH_DATABASES(TokensStore);

TEST_P(TokensStore, ARefreshTokenComesBackAsKept)
{
    auto token = refresh_token("one");
    token.parent_id = RefreshTokenId("parent");
    token.device_fingerprint = "print";
    keep(token);
    auto const back = stored("one");
    ASSERT_TRUE(back);
    EXPECT_EQ(back->id, token.id);
    EXPECT_EQ(back->session_id, token.session_id);
    EXPECT_EQ(back->family_id, token.family_id);
    EXPECT_EQ(back->parent_id, token.parent_id);
    EXPECT_EQ(back->device_fingerprint, "print");
    EXPECT_EQ(back->expires_at, token.expires_at);
    EXPECT_FALSE(back->is_revoked);
    EXPECT_EQ(back->revoke_reason, std::nullopt);
    EXPECT_FALSE(stored("unknown"));
}

TEST_P(TokensStore, ARefreshTokenRotatesOnceAndOnlyWhileItLives)
{
    keep(refresh_token("one"));
    EXPECT_FALSE(rotate("one", now + 24h)) << "it has run out";
    EXPECT_TRUE(rotate("one", now + 24h - 1ms));
    EXPECT_FALSE(rotate("one"));
    auto const back = stored("one");
    EXPECT_TRUE(back->is_revoked);
    EXPECT_EQ(back->revoke_reason, RefreshEnd::rotation);
    EXPECT_EQ(back->replaced_by, RefreshTokenId("next"));
    keep(refresh_token("two", "t"));
    outside().run("UPDATE refresh_tokens SET revoked_at = issued_at WHERE id = 'two'");
    EXPECT_FALSE(rotate("two")) << "dead by its time alone";
}

TEST_P(TokensStore, FamiliesSessionsAndPeopleAreRevokedApart)
{
    keep(refresh_token("one"));
    keep(refresh_token("two"));
    keep(refresh_token("other", "t"));
    EXPECT_TRUE(rotate("one"));
    auto const revoke_family = [&] {
        return in_unit([&](UnitOfWork& work) -> Async<std::int64_t> {
            RefreshTokenId const family("family of s");
            co_return co_await work.refresh_tokens().revoke_family(
                here, family, RefreshEnd::reuse_detected, now
            );
        });
    };
    EXPECT_EQ(revoke_family(), 1) << "what is revoked already keeps its reason";
    EXPECT_EQ(stored("one")->revoke_reason, RefreshEnd::rotation);
    EXPECT_EQ(stored("two")->revoke_reason, RefreshEnd::reuse_detected);
    EXPECT_FALSE(stored("other")->is_revoked);
    EXPECT_EQ(revoke_family(), 0);

    auto const revoke_all = [&](std::optional<SessionId> kept) {
        return in_unit([&](UnitOfWork& work) -> Async<std::int64_t> {
            co_return co_await work.refresh_tokens().revoke_all(
                here, ann, kept, RefreshEnd::security_event, now
            );
        });
    };
    EXPECT_EQ(revoke_all(SessionId("t")), 0);
    EXPECT_EQ(revoke_all(std::nullopt), 1);
    EXPECT_EQ(stored("other")->revoke_reason, RefreshEnd::security_event);
}

TEST_P(TokensStore, SigningOutRevokesTheTokensOfThatSession)
{
    keep(refresh_token("one"));
    keep(refresh_token("other", "t"));
    in_unit([&](UnitOfWork& work) -> Async<void> {
        SessionId const which("s");
        co_await work.refresh_tokens().revoke_session(here, which, RefreshEnd::logout, now);
    });
    EXPECT_EQ(stored("one")->revoke_reason, RefreshEnd::logout);
    EXPECT_FALSE(stored("other")->is_revoked);
}

TEST_P(TokensStore, ATokenIsFoundWithTheSessionThatItProlongs)
{
    auto const refreshing = [&](std::string const& presented) {
        return in_unit([&](UnitOfWork& work) -> Async<std::optional<domain::Refreshing>> {
            TokenDigest const digest("digest of " + presented);
            co_return co_await work.directory().refreshing(digest);
        });
    };
    keep(refresh_token("one"));
    keep(refresh_token("other", "t"));
    auto const found = refreshing("one");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->token.id, stored("one")->id);
    EXPECT_EQ(found->token.expires_at, stored("one")->expires_at);
    EXPECT_EQ(found->owner.session.id, SessionId("s"));
    EXPECT_EQ(found->owner.user.id, found->token.user_id);
    EXPECT_TRUE(found->owner.rules);
    EXPECT_EQ(refreshing("other")->owner.session.id, SessionId("t"));
    EXPECT_FALSE(refreshing("nobody's"));
}

TEST_P(TokensStore, TheFirstReuseOfAFamilyIsToldFromTheLaterOnes)
{
    keep(refresh_token("one"));
    keep(refresh_token("two"));
    keep(refresh_token("other", "t"));
    auto const mark = [&](std::string const& family, std::string const& id, Instant at) {
        return in_unit([&](UnitOfWork& work) -> Async<bool> {
            RefreshTokenId const of("family of " + family);
            RefreshTokenId const which(id);
            co_return co_await work.refresh_tokens().mark_reuse(here, of, which, at);
        });
    };
    EXPECT_TRUE(mark("s", "one", now));
    EXPECT_FALSE(mark("s", "one", now + 1h));
    EXPECT_FALSE(mark("s", "two", now + 1h));
    EXPECT_TRUE(mark("t", "other", now));
    EXPECT_EQ(stored("one")->suspicious_reuse_at, now) << "the first time stays";
}

TEST_P(TokensStore, AOneTimeTokenIsSpentOnceBeforeItsEndAndWhereItBelongs)
{
    keep(link("one"));
    EXPECT_FALSE(spend("one", now, "elsewhere"));
    EXPECT_FALSE(spend("one", now + 1h)) << "it has run out";
    EXPECT_TRUE(spend("one", now + 1h - 1ms));
    EXPECT_FALSE(spend("one"));
    EXPECT_FALSE(spend("unknown"));
}

TEST_P(TokensStore, AOneTimeTokenComesBackAsKept)
{
    auto token = link("one", TokenPurpose::change_email);
    token.payload = R"({"new":"a@b.test"})";
    token.requested_ip = "::1";
    keep(token);
    auto const back = in_unit([&](UnitOfWork& work) -> Async<std::optional<OneTimeToken>> {
        co_return co_await work.directory().one_time_token(token.digest);
    });
    ASSERT_TRUE(back);
    EXPECT_EQ(back->id, token.id);
    EXPECT_EQ(back->purpose, TokenPurpose::change_email);
    EXPECT_NE(back->payload->find("a@b.test"), std::string::npos);
    EXPECT_EQ(back->expires_at, token.expires_at);
    EXPECT_EQ(back->used_at, std::nullopt);
    EXPECT_EQ(back->requested_ip, "::1");
}

TEST_P(TokensStore, VoidingTakesTheUnusedOnesOfOnePurpose)
{
    keep(link("used"));
    keep(link("unused"));
    keep(link("verify", TokenPurpose::verify_email));
    EXPECT_TRUE(spend("used"));
    auto const voided = in_unit([&](UnitOfWork& work) -> Async<std::int64_t> {
        co_return co_await work.one_time_tokens().void_all(
            here, ann, TokenPurpose::reset_password, now
        );
    });
    EXPECT_EQ(voided, 1);
    EXPECT_FALSE(spend("unused"));
    EXPECT_TRUE(spend("verify"));
}

} // namespace
} // namespace gatehouse::testing
