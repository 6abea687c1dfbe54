// Sessions: the only record of who is signed in (spec/database 3.3).
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::domain {

enum class Surface { account, organization }; // the two HTTP surfaces (decisions D-1)
std::string_view to_text(Surface surface);

enum class SessionEnd {
    user_requested,
    admin_forced,
    password_changed,
    session_version_bump,
    security_alert,
    expired,
};
std::string_view to_text(SessionEnd reason);

enum class DeviceClass { mobile, browser, program }; // by user agent (behaviours §8)
std::string_view to_text(DeviceClass device);

// Somebody acts as the session's person, from a session of their own, as long as that lives.
struct Impersonation {
    UserId by;
    SessionId from;
    std::string reason = {};
};

struct Session {
    SessionId id; // = the `sid` claim
    OrganizationId organization_id;
    UserId user_id;
    int session_version = 1;
    Surface surface = Surface::organization;
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;
    std::optional<std::string> device_fingerprint;
    std::optional<std::string> device_id;
    std::optional<std::string> device_name;
    std::optional<std::string> country;
    std::optional<std::string> city;
    std::vector<std::string> auth_methods;
    std::optional<int> risk_score; // of the sign-in, or of the newest refresh
    bool degraded = false; // it could not be told: 0, and said so
    bool remember_me = false;
    Instant created_at;
    Instant last_seen_at;
    Instant expires_at; // idle end
    Instant absolute_expires_at;
    std::optional<Instant> logged_out_at;
    std::optional<Instant> revoked_at;
    std::vector<std::string> device_classes; // others than its own that it was used by
    std::optional<Impersonation> impersonation = {};
};

class Sessions {
public:
    virtual ~Sessions() = default;
    virtual Async<void> insert(Session session) = 0;
    // Sets logged_out_at once; false if it was not live any more. The row stays (decisions D-47).
    virtual Async<bool> log_out(OrganizationId organization, SessionId session, Instant now) = 0;
    // Revokes one live session of this person; false: unknown, another's or dead already.
    virtual Async<bool>
    revoke(OrganizationId organization, UserId user, SessionId session, SessionEnd why, Instant now)
        = 0;
    // Whether the person ever signed in, as far as that is kept, and whether from this device:
    // sessions that ended in an alarm, or were said not to be theirs, do not speak for it.
    struct Seen {
        bool anywhere = false;
        bool device = false;
    };
    virtual Async<Seen>
    seen(OrganizationId organization, UserId user, std::string device_fingerprint) = 0;
    // This device is not theirs: what was signed in from it is revoked, also where it is over.
    virtual Async<void>
    disown(OrganizationId organization, UserId user, std::string device_fingerprint, Instant now)
        = 0;
    // Logs out every session of the person that is neither logged out nor revoked; how many.
    virtual Async<std::int64_t> log_out_all(OrganizationId organization, UserId user, Instant now)
        = 0;
    // Revokes every live session of the person but `kept`; how many.
    virtual Async<std::int64_t> revoke_all(
        OrganizationId organization,
        UserId user,
        std::optional<SessionId> kept,
        SessionEnd why,
        Instant now
    ) = 0;
    // Live ones, newest first, at most 1,000 (decisions D-102).
    virtual Async<std::vector<Session>>
    live_of(OrganizationId organization, UserId user, Instant now) = 0;
    // The one that acts as somebody else from this session, if one lives.
    virtual Async<std::optional<Session>>
    impersonating(OrganizationId organization, SessionId from, Instant now) = 0;
    virtual Async<std::int64_t> count_live(OrganizationId organization, UserId user, Instant now)
        = 0;
    // Deletes the oldest not logged-out rows beyond `limit` (sessions.max_active_per_user).
    virtual Async<std::int64_t> purge_beyond(OrganizationId organization, UserId user, int limit)
        = 0;
    // Adds a class to those the session was used by; false if it was among them.
    virtual Async<bool>
    note_class(OrganizationId organization, SessionId session, DeviceClass device) = 0;
    // What the newest refresh was judged to be. `degraded` stays once it is true.
    virtual Async<void>
    note_risk(OrganizationId organization, SessionId session, int score, bool degraded) = 0;
    // Where the person has proven to be; what is not there stays.
    virtual Async<void> note_place(
        OrganizationId organization,
        SessionId session,
        std::optional<std::string> country,
        std::optional<std::string> city
    ) = 0;
    // Moves last_seen_at, and where it is given the idle end to `idle_end`, capped by the absolute
    // end.
    virtual Async<void> touch(
        OrganizationId organization,
        SessionId session,
        Instant seen,
        std::optional<Instant> idle_end
    ) = 0;
};

} // namespace gatehouse::domain
