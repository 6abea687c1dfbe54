// Remembering what was slow, for a minute: the database may have been busy with something else.
#include "storage/sql/stragglers.h"

#include <algorithm>

namespace gatehouse::sql {
namespace {

constexpr auto alone_for = std::chrono::minutes(1);

} // namespace

bool Stragglers::is_among(std::span<Call const> calls) const
{
    if (!any_.load(std::memory_order_relaxed))
        return false;
    auto const now = std::chrono::steady_clock::now();
    std::scoped_lock const lock(mutex_);
    return std::ranges::any_of(calls, [&](Call const& call) {
        auto const found = until_.find(call.statement);
        return found != until_.end() && now < found->second;
    });
}

void Stragglers::add(std::span<Call const> calls)
{
    auto const until = std::chrono::steady_clock::now() + alone_for;
    std::scoped_lock const lock(mutex_);
    for (auto const& call : calls)
        until_[call.statement] = until;
    any_.store(true, std::memory_order_relaxed);
}

} // namespace gatehouse::sql
