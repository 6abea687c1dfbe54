// People who are to be erased, and how far that is; each step is claimed by the write itself, so
// that a node that died in the middle is continued by the next pass of any.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/erasure_record.h"
#include "domain/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::domain {

constexpr Duration erasure_grace = 24h * 14; // in which who asked for it may keep the account
constexpr Duration deleted_people_stay = 24h * 30;

enum class ErasureCause { requested, deleted };

struct Erasure {
    OrganizationId organization_id;
    UserId user_id;
    ErasureCause cause = ErasureCause::requested;
    std::optional<std::string> address = {}; // canonical, as it was when it was asked for
    Instant requested_at; // or since when they are gone
    Instant due_at;
    std::optional<Instant> ended_at = {}; // nobody signs in any more
    std::optional<Instant> started_at = {}; // what the ledger holds of them is going
};

class Erasures {
public:
    virtual ~Erasures() = default;
    // `false`: asked for already.
    virtual Async<bool> ask(Erasure erasure) = 0;
    virtual Async<std::optional<Erasure>> find(OrganizationId organization, UserId user) = 0;
    // `false`: there is none, or it is too late.
    virtual Async<bool> cancel(OrganizationId organization, UserId user) = 0;

    // The rest is for the job.
    // Softly deleted people whose time is over are due now.
    virtual Async<std::int64_t> take_up_deleted(Instant before, Instant now, std::int64_t most) = 0;
    // Of nobody who is held, or whose organization is.
    virtual Async<std::vector<Erasure>> due(Instant now, std::int64_t most) = 0;
    // Each true for exactly one caller.
    virtual Async<bool> end_access(OrganizationId organization, UserId user, Instant now) = 0;
    virtual Async<bool> start(OrganizationId organization, UserId user, Instant now) = 0;
    virtual Async<void> postpone(OrganizationId organization, UserId user, Instant until) = 0;
    // The person lives, whatever once was deleted under the same id.
    virtual Async<bool> drop_where_alive(OrganizationId organization, UserId user) = 0;
    // To the address with which it was asked for, or to the one they have by now.
    virtual Async<bool> mail_waits(OrganizationId organization, UserId user, std::string address)
        = 0;
    // Rows of the ledger that tell nothing personal any more; none: there were no more.
    virtual Async<std::vector<ErasedRow>> erase_ledger(Erasure erasure, std::int64_t most) = 0;
    // The row with all that hangs on it, what names an address of theirs elsewhere, why reviews of
    // access decided about them, and reports that hold them, which are written anew.
    virtual Async<void> remove_person(Erasure erasure) = 0;
    // `false`: the ledger still holds something of them, under somebody else's legal hold.
    virtual Async<bool> finish(Erasure erasure) = 0;
};

} // namespace gatehouse::domain
