// The verdict on a refresh token, for every state its row can be in.
#include "features/refresh/rules.h"

#include <gtest/gtest.h>

namespace gatehouse::refresh {
namespace {
using domain::RefreshEnd;
using domain::RefreshToken;

constexpr auto now = Instant::from_milliseconds(1'795'331'109'123);

RefreshToken live()
{
    RefreshToken token;
    token.expires_at = now + 1ms;
    return token;
}

RefreshToken ended_by(std::optional<RefreshEnd> reason)
{
    auto token = live();
    token.is_revoked = true;
    token.revoked_at = now - 1h;
    token.revoke_reason = reason;
    return token;
}

TEST(RefreshVerdict, a_live_token_rotates_until_its_very_end)
{
    auto token = live();
    EXPECT_EQ(judge_token(token, now), TokenVerdict::rotate);
    token.expires_at = now;
    EXPECT_EQ(judge_token(token, now), TokenVerdict::expired);
}

TEST(RefreshVerdict, a_rotated_token_is_reuse)
{
    EXPECT_EQ(judge_token(ended_by(RefreshEnd::rotation), now), TokenVerdict::reuse);
}

// SQL that sets is_revoked or revoked_at alone gives no reason: an alarm, not a shrug (api §6).
TEST(RefreshVerdict, one_revoked_by_hand_without_a_reason_is_reuse)
{
    EXPECT_EQ(judge_token(ended_by({}), now), TokenVerdict::reuse);
    auto flag_alone = live();
    flag_alone.is_revoked = true;
    EXPECT_EQ(judge_token(flag_alone, now), TokenVerdict::reuse);
    auto time_alone = live();
    time_alone.revoked_at = now;
    EXPECT_EQ(judge_token(time_alone, now), TokenVerdict::reuse);
}

TEST(RefreshVerdict, one_ended_for_another_reason_is_over_and_no_alarm)
{
    for (auto const reason :
         {RefreshEnd::logout,
          RefreshEnd::force_logout,
          RefreshEnd::reuse_detected,
          RefreshEnd::expired,
          RefreshEnd::admin_action,
          RefreshEnd::security_event})
        EXPECT_EQ(judge_token(ended_by(reason), now), TokenVerdict::ended);
}

// An old stolen token still raises the alarm (decisions D-59).
TEST(RefreshVerdict, revoked_beats_expired)
{
    auto rotated = ended_by(RefreshEnd::rotation);
    rotated.expires_at = now - 24h * 30;
    EXPECT_EQ(judge_token(rotated, now), TokenVerdict::reuse);
    auto signed_out = ended_by(RefreshEnd::logout);
    signed_out.expires_at = now - 24h * 30;
    EXPECT_EQ(judge_token(signed_out, now), TokenVerdict::ended);
}

} // namespace
} // namespace gatehouse::refresh
