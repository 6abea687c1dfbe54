// How long what has ended stays, whom a legal hold keeps, and who shrinks which table
// (spec/database §7).
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::domain {

// Evidence of a quarter at least stays, whatever a table says; pruning itself holds to it.
constexpr std::int64_t shortest_ledger_days = 90;

// Of one organization, in days; nothing: as everywhere, and of the ledger without end.
struct RetentionSettings {
    std::optional<std::int64_t> attempt_days = {};
    std::optional<std::int64_t> session_days = {};
    std::optional<std::int64_t> token_days = {};
    std::optional<std::int64_t> mail_days = {};
    std::optional<std::int64_t> ledger_days = {};
    bool operator==(RetentionSettings const&) const = default;
};

struct LegalHold {
    OrganizationId organization_id;
    std::optional<UserId> user_id = {}; // nothing: the whole organization
    std::string reason;
    std::optional<UserId> set_by = {};
    Instant set_at;
};

// What has ended and goes after its time. Tokens of families that were used twice stay longer.
enum class Ended {
    one_time_tokens,
    step_up_challenges,
    invitations,
    refresh_tokens,
    reused_refresh_tokens,
    sessions, // behind their refresh tokens
    mails,
    cleared_notifications,
    notifications,
    attempts,
    reset_requests,
    counters,
    captured_mails,
};
std::span<Ended const> everything_that_ends();
std::string_view table_of(Ended kind);
bool is_of_organizations(Ended kind); // else nobody's retention or hold is about it
Duration stay_of(Ended kind, RetentionSettings const& settings);

// Who makes a table smaller; every table of the schema is in the list, and a test holds it to that.
struct TableOwner {
    std::string_view table;
    bool grows_with_traffic = false;
    std::string_view shrunk_by; // or why it need not be
};
std::span<TableOwner const> table_owners();

class Retention {
public:
    virtual ~Retention() = default;
    // Until the end of the unit. `false`: another node is at it.
    virtual Async<bool> lock() = 0;
    // Waits for the job that is at it, which then finds what this unit has done; taken before any
    // other lock, like by the jobs.
    virtual Async<void> wait_for_jobs() = 0;

    virtual Async<RetentionSettings> settings(OrganizationId organization) = 0;
    virtual Async<void>
    put_settings(OrganizationId organization, RetentionSettings settings, Instant now) = 0;

    virtual Async<std::vector<LegalHold>> holds(OrganizationId organization) = 0;
    // `false`: there is one already.
    virtual Async<bool> hold(LegalHold hold) = 0;
    // `false`: there is none.
    virtual Async<bool> lift(OrganizationId organization, std::optional<UserId> user) = 0;
    // The organization, or this person of it.
    virtual Async<bool> is_held(OrganizationId organization, UserId user) = 0;
    virtual Async<bool> holds_anybody(OrganizationId organization) = 0;
    // Whoever ever was in the organization and still has a row.
    virtual Async<bool> has_person(OrganizationId organization, UserId user) = 0;

    // Organizations with settings or holds of their own, but for those that are held whole.
    virtual Async<std::vector<std::pair<OrganizationId, RetentionSettings>>> special() = 0;
    // What ended before, at most so much of it: of all but the special ones and those that are
    // held; or of one of these.
    virtual Async<std::int64_t> remove(Ended kind, Instant before, std::int64_t most) = 0;
    virtual Async<std::int64_t>
    remove_of(Ended kind, OrganizationId organization, Instant before, std::int64_t most) = 0;
    // Personal organizations that nobody is in any more.
    virtual Async<std::int64_t> remove_deserted(Instant before, std::int64_t most) = 0;

    // How many rows there are, by table; PostgreSQL's own estimate.
    virtual Async<std::vector<std::pair<std::string, std::int64_t>>> sizes() = 0;
};

} // namespace gatehouse::domain
