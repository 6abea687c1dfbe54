// Collecting uses and writing them.
#include "domain/session_use.h"

#include "core/metrics.h"
#include "domain/opening_session.h"

#include <algorithm>
#include <utility>

namespace gatehouse::domain {
namespace {

constexpr std::size_t most_in_a_unit = 1000;
constexpr Duration idle_end_moves_every = 24h;
constexpr int moves_in_a_life = 5; // where it is shorter than that

} // namespace

std::optional<Instant>
moved_idle_end(Session const& session, SecurityPolicy const& policy, Instant now)
{
    if (session.impersonation)
        return std::nullopt; // it ends when it ends
    auto const usual = session.remember_me ? session_absolute_life : session_idle_life;
    auto const idle = std::min(usual, policy.idle_life.value_or(usual));
    auto const end = std::min(now + idle, session.absolute_expires_at);
    if (session.expires_at + std::min(idle_end_moves_every, idle / moves_in_a_life) < end)
        return end;
    return std::nullopt;
}

void SessionUses::note(SessionUse use)
{
    std::scoped_lock const lock(mutex_);
    if (uses_.size() >= most && !uses_.contains(use.session_id)) {
        metrics::count("gatehouse_failed_open_total", {{"control", "last_seen_at"}});
        return;
    }
    auto const session = use.session_id;
    uses_.insert_or_assign(session, std::move(use));
}

std::vector<SessionUse> SessionUses::take()
{
    std::unordered_map<SessionId, SessionUse> taken;
    {
        std::scoped_lock const lock(mutex_);
        taken = std::exchange(uses_, {});
    }
    std::vector<SessionUse> uses;
    uses.reserve(taken.size());
    for (auto& [session, use] : taken)
        uses.push_back(std::move(use));
    std::ranges::sort(uses, {}, &SessionUse::session_id);
    return uses;
}

std::size_t SessionUses::waiting() const
{
    std::scoped_lock const lock(mutex_);
    return uses_.size();
}

Async<void> write_uses(Storage& storage, std::vector<SessionUse> uses)
{
    for (std::size_t from = 0; from < uses.size(); from += most_in_a_unit) {
        auto const end = std::min(uses.size(), from + most_in_a_unit);
        auto work = co_await storage.begin();
        for (auto at = from; at < end; ++at)
            co_await work->sessions().touch(
                uses[at].organization_id, uses[at].session_id, uses[at].seen, uses[at].idle_end
            );
        co_await work->commit();
    }
}

} // namespace gatehouse::domain
