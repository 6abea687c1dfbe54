// When a rotated token may be presented again, and what its row gives away.
#include "features/refresh/retrying.h"

#include "domain/opaque_token.h"

#include <gtest/gtest.h>

namespace gatehouse::refresh {
namespace {
using domain::RefreshEnd;
using domain::RefreshToken;
using domain::RefreshTokenId;

class Retrying : public ::testing::Test {
protected:
    static constexpr Instant now = Instant::from_seconds(1'795'331'109);
    SystemRandom random;
    domain::OpaqueToken const presented = domain::mint_opaque_token(random);
    domain::OpaqueToken const next = domain::mint_opaque_token(random);
    RefreshToken rotated;
    RefreshToken successor;

    Retrying()
    {
        rotated.id = RefreshTokenId("rotated");
        rotated.is_revoked = true;
        rotated.revoked_at = now;
        rotated.revoke_reason = RefreshEnd::rotation;
        rotated.replaced_by = RefreshTokenId("successor");
        rotated.successor_sealed = seal_successor(
            presented.text, rotated.id, RefreshTokenId("successor"), next.text, random
        );
        successor.id = RefreshTokenId("successor");
        successor.digest = next.digest;
        successor.device_fingerprint = "phone";
        successor.expires_at = now + 24h;
    }
    bool may(Duration later = 0s, std::string const& device = "phone", Duration window = 10s) const
    {
        return may_be_retried(rotated, successor, device, window, now + later);
    }
};

TEST_F(Retrying, WithinTheWindowFromTheSameDevice)
{
    EXPECT_TRUE(may());
    EXPECT_TRUE(may(10s));
    EXPECT_FALSE(may(10'001ms));
    EXPECT_FALSE(may(0s, "another"));
    EXPECT_FALSE(may(0s, "phone", 0s)) << "strict";
}

TEST_F(Retrying, OnlyWhatARotationEnded)
{
    for (auto const why :
         {RefreshEnd::logout,
          RefreshEnd::force_logout,
          RefreshEnd::reuse_detected,
          RefreshEnd::admin_action,
          RefreshEnd::security_event}) {
        rotated.revoke_reason = why;
        EXPECT_FALSE(may());
    }
    rotated.revoke_reason.reset(); // by hand
    EXPECT_FALSE(may());
}

TEST_F(Retrying, OnlyWhileTheSuccessorLivesOrWasRotatedJustNow)
{
    successor.is_revoked = true;
    successor.revoked_at = now;
    successor.revoke_reason = RefreshEnd::rotation;
    EXPECT_TRUE(may(5s));
    successor.revoke_reason = RefreshEnd::logout;
    EXPECT_FALSE(may(5s));
    successor = RefreshToken();
    successor.id = RefreshTokenId("successor");
    successor.device_fingerprint = "phone";
    successor.expires_at = now;
    EXPECT_FALSE(may(1s)) << "expired";
    successor.expires_at = now + 24h;
    successor.id = RefreshTokenId("of another");
    EXPECT_FALSE(may());
}

TEST_F(Retrying, TheRowOpensWithThePresentedTokenAlone)
{
    auto const opened = open_successor(presented.text, rotated, successor);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->reveal(), next.text.reveal());
    EXPECT_EQ(rotated.successor_sealed->find(next.text.reveal()), std::string::npos);
    EXPECT_FALSE(open_successor(next.text, rotated, successor));
    auto moved = rotated;
    moved.id = RefreshTokenId("another row");
    EXPECT_FALSE(open_successor(presented.text, moved, successor));
    auto other = successor;
    other.id = RefreshTokenId("another successor");
    EXPECT_FALSE(open_successor(presented.text, rotated, other));
    other = successor;
    other.digest = presented.digest;
    EXPECT_FALSE(open_successor(presented.text, rotated, other));
    rotated.successor_sealed.reset();
    EXPECT_FALSE(open_successor(presented.text, rotated, successor)) << "wiped";
}

} // namespace
} // namespace gatehouse::refresh
