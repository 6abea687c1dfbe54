// The sessions of a whole organization, for those who keep it safe.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"
#include "domain/sessions.h"
#include "domain/users.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::domain {

// `voided`: the person's session version has moved on, or the person is suspended or gone.
enum class SessionState { live, logged_out, revoked, expired, voided };
std::string_view to_text(SessionState state);

struct ListedSession {
    Session session;
    User user; // address, names, role
    SessionState state = SessionState::live;
    std::optional<std::string> revoke_reason = {};
    std::optional<UserId> revoked_by = {};
};

enum class SessionsWanted { live, ended, all };

struct SessionFilter {
    std::optional<UserId> user = {};
    SessionsWanted wanted = SessionsWanted::live;
    std::optional<Surface> surface = {};
    std::string search = {}; // in address, names, network address, user agent, device and place
};

struct SessionWindow {
    bool oldest_first = false;
    std::int64_t limit = 0;
    std::int64_t offset = 0;
};

// Who ends sessions of others, and which one is spared.
struct ForcedEnd {
    UserId by;
    Instant now;
    std::optional<SessionId> kept = {};
};

class SessionList {
public:
    virtual ~SessionList() = default;
    // Not further than `most`: it looks at each of them and at its person.
    virtual Async<std::int64_t>
    count(OrganizationId organization, SessionFilter filter, Instant now, std::int64_t most) = 0;
    virtual Async<std::vector<ListedSession>>
    list(OrganizationId organization, SessionFilter filter, SessionWindow window, Instant now) = 0;
    // One live session and its refresh tokens; false: it is over already.
    virtual Async<bool>
    end_one(OrganizationId organization, UserId user, SessionId session, ForcedEnd end) = 0;
    // Every session of the person that is not over, and their refresh tokens; how many sessions.
    virtual Async<std::int64_t> end_all_of(OrganizationId organization, UserId user, ForcedEnd end)
        = 0;
    // The same of everybody; the session version of everybody but `end.by` moves on.
    virtual Async<std::int64_t> end_everybody(OrganizationId organization, ForcedEnd end) = 0;
    // Moves the ends of a session forward, to those that it has now.
    virtual Async<void> limit_life(Session session) = 0;
};

} // namespace gatehouse::domain
