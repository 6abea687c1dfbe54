// The pause between tries to connect.
#include "storage/postgres/reconnecting.h"

#include <algorithm>
#include <utility>

namespace gatehouse::postgres {
namespace {

constexpr Duration shortest_pause = 50ms;
constexpr Duration longest_pause = 2s;

} // namespace

std::optional<std::string> Reconnecting::refuses(Moment now) const
{
    std::scoped_lock const lock(mutex_);
    if (now < next_try_)
        return last_failure_;
    return std::nullopt;
}

void Reconnecting::succeeded(Moment now)
{
    std::scoped_lock const lock(mutex_);
    last_success_ = now;
    next_try_ = {};
    pause_ = {};
}

void Reconnecting::failed(Moment began, Moment now, std::string cause)
{
    std::scoped_lock const lock(mutex_);
    if (began < last_success_)
        return;
    // Tries that failed side by side are one failure: the pause grows once for all of them.
    if (began >= next_try_)
        pause_ = std::clamp(pause_ * 2, shortest_pause, longest_pause);
    next_try_ = now + pause_;
    last_failure_ = std::move(cause);
}

} // namespace gatehouse::postgres
