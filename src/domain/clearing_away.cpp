// Removing in small units until nothing is left, or others should have their turn.
#include "domain/clearing_away.h"

#include "core/metrics.h"
#include "domain/members.h"
#include "domain/notifications.h"
#include "domain/one_time_tokens.h"
#include "domain/refresh_tokens.h"
#include "domain/step_up_challenges.h"

#include <cstdint>
#include <functional>
#include <string_view>

namespace gatehouse::domain {
namespace {

constexpr std::int64_t at_once = 1000;
constexpr int most_units = 100; // the next time goes on

using Removing = std::function<Async<std::int64_t>(UnitOfWork&)>;

Async<void> clear(Storage& storage, std::string_view table, Removing remove)
{
    for (int unit = 0; unit < most_units; ++unit) {
        auto work = co_await storage.begin();
        auto const removed = co_await remove(*work);
        co_await work->commit();
        if (removed > 0)
            metrics::count(
                "gatehouse_cleared_away_total", {{"table", table}}, static_cast<double>(removed)
            );
        if (removed < at_once)
            co_return;
    }
}

} // namespace

Async<void> clear_away(Storage& storage, Instant now)
{
    Removing const tokens = [now](UnitOfWork& work) {
        return work.one_time_tokens().remove_ended(now - ended_tokens_stay, at_once);
    };
    Removing const challenges = [now](UnitOfWork& work) {
        return work.step_up_challenges().remove_ended(now - ended_tokens_stay, at_once);
    };
    Removing const cleared = [now](UnitOfWork& work) {
        auto const before = now - cleared_notifications_stay;
        return work.members().notifications().remove_cleared(before, at_once);
    };
    Removing const old = [now](UnitOfWork& work) {
        return work.members().notifications().remove_older(now - notifications_stay, at_once);
    };
    co_await clear(storage, "one_time_tokens", tokens);
    co_await clear(storage, "step_up_challenges", challenges);
    co_await clear(storage, "notifications", cleared);
    co_await clear(storage, "notifications", old);
}

Async<void> wipe_successors(Storage& storage, Instant before)
{
    auto work = co_await storage.begin();
    co_await work->refresh_tokens().forget_successors(before);
    co_await work->commit();
}

} // namespace gatehouse::domain
