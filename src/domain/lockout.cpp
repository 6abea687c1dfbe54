// The lockout rule.
#include "domain/lockout.h"

namespace gatehouse::domain {
namespace {
constexpr Duration window_length = 15min;
constexpr Duration closed_for = 30min;
constexpr std::int64_t second_band = 10;
} // namespace

std::optional<Closed> closed(FailureWindow const& window, Instant now)
{
    if (!window.fifth_newest || !window.newest)
        return std::nullopt;
    if (*window.newest - *window.fifth_newest > window_length)
        return std::nullopt;
    auto const reopens = *window.newest + closed_for;
    if (now >= reopens)
        return std::nullopt;
    auto const left = (reopens - now).count(); // above zero: rounding up gives at least 1
    return Closed{
        .remaining_seconds = static_cast<long>((left + 999) / 1000), .failures = window.since_fifth
    };
}

Refusal refuse_closed(Closed const& state, Surface surface)
{
    auto reason = Reason::address_closed;
    if (surface == Surface::organization)
        reason = state.failures >= second_band ? Reason::account_locked : Reason::too_many_failures;
    Refusal refusal{.reason = reason};
    auto const minutes = (state.remaining_seconds + 59) / 60;
    refusal.message = "Too many failed attempts. Try again in " + std::to_string(minutes)
        + (minutes == 1 ? " minute." : " minutes.");
    refusal.retry_after_seconds = state.remaining_seconds;
    return refusal;
}

} // namespace gatehouse::domain
