// The retry schedule of mail.
#include "outbound/retry_schedule.h"

#include <cstddef>

namespace gatehouse::outbound {

std::optional<Instant>
next_attempt(RetrySchedule const& schedule, int attempt, Instant queued_at, Instant now)
{
    auto const place = static_cast<std::size_t>(attempt < 1 ? 0 : attempt - 1);
    // The quick tries are always made: a server that was down for a day still delivers what waited.
    if (place < schedule.first.size())
        return now + schedule.first[place];
    if (now - queued_at >= schedule.give_up_after)
        return {};
    return now + schedule.then_every;
}

} // namespace gatehouse::outbound
