// Tries to sign in: the only lockout state (spec/database 3.5, behaviours §3).
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/email_address.h"
#include "domain/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::domain {

enum class AttemptMethod { password, totp, backup_code, step_up };
std::string_view to_text(AttemptMethod method);

struct Attempt {
    CanonicalAddress address;
    std::optional<UserId> user_id = {};
    std::optional<OrganizationId> organization_id = {}; // the one that the request named
    std::optional<std::string> ip_address = {};
    bool successful = false;
    bool throttled = false; // refused unheard: counted, but extends nothing
    AttemptMethod method = AttemptMethod::password;
    Instant attempted_at = {};
};

// What the rows of one address and method say.
struct FailureWindow {
    std::optional<Instant> newest; // f1: newest evaluated failure
    std::optional<Instant> fifth_newest; // f5: fifth newest evaluated failure
    std::int64_t since_fifth = 0; // failed rows since f5, refused tries included
};

class Attempts {
public:
    virtual ~Attempts() = default;
    // Serialises everything that is concluded about one address until the unit of work ends.
    virtual Async<void> lock(CanonicalAddress address) = 0;
    // Of the last 45 minutes: older failures have no part in any verdict (behaviours §3).
    virtual Async<FailureWindow>
    failures(CanonicalAddress address, AttemptMethod method, Instant now) = 0;
    // The same for one person, whatever the address: second factors count apart (behaviours §3).
    virtual Async<FailureWindow> failures_of(UserId user, AttemptMethod method, Instant now) = 0;
    // How often a live user of the address gave a wrong password after `since`.
    virtual Async<std::int64_t> failed_since(CanonicalAddress address, Instant since) = 0;
    virtual Async<void> record(Attempt attempt) = 0;
    // Removes the failed rows of the address and method; where several live users share the
    // address, only those that named `organization` (decisions D-31).
    virtual Async<void>
    clear(CanonicalAddress address, AttemptMethod method, OrganizationId organization) = 0;
    // The same whatever organization they named: an operator opens the address for everybody.
    virtual Async<void> clear_all(CanonicalAddress address, AttemptMethod method) = 0;
    virtual Async<void> clear_of(UserId user, AttemptMethod method) = 0;
};

} // namespace gatehouse::domain
