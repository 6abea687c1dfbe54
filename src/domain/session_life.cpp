// Ends that come earlier, never later.
#include "domain/session_life.h"

#include <algorithm>

namespace gatehouse::domain {

bool limit_life(Session& session, SecurityPolicy const& policy, Instant now)
{
    auto absolute = session.absolute_expires_at;
    if (policy.absolute_life)
        absolute = std::min(absolute, session.created_at + *policy.absolute_life);
    auto idle = std::min(session.expires_at, absolute);
    if (policy.idle_life)
        idle = std::min(idle, now + *policy.idle_life);
    bool const changes = absolute != session.absolute_expires_at || idle != session.expires_at;
    session.absolute_expires_at = absolute;
    session.expires_at = idle;
    return changes;
}

} // namespace gatehouse::domain
