// The second factor of a person: what stands in their row, and the writes that use it up.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::domain {

struct SecondFactor {
    bool enabled = false; // until the first right code a secret only waits
    std::optional<std::string> secret; // `k1:…`, or plain base32 as an import left it
    std::optional<std::int64_t> last_step; // of the newest code that was accepted
    std::vector<std::string> backup_codes; // `h1:…`, or plain ones
    std::optional<std::string> backup_column; // the same as the column's text, to compare with
};

class SecondFactors {
public:
    virtual ~SecondFactors() = default;
    // Of a live person.
    virtual Async<std::optional<SecondFactor>> find(OrganizationId organization, UserId user) = 0;
    // True for exactly one caller: the step is newer than every accepted one, and `secret` still
    // stands there. Puts `sealed` in its place.
    virtual Async<bool> claim_step(
        OrganizationId organization,
        UserId user,
        std::string secret,
        std::string sealed,
        std::int64_t step
    ) = 0;
    // True while the column still says what it was read as.
    virtual Async<bool> replace_backup_codes(
        OrganizationId organization,
        UserId user,
        std::optional<std::string> column,
        std::vector<std::string> codes
    ) = 0;
    // A secret and codes that wait for the first right code; in the place of others that wait.
    // False: a factor is switched on.
    virtual Async<bool> enrol(
        OrganizationId organization,
        UserId user,
        std::string sealed,
        std::vector<std::string> codes,
        Instant now
    ) = 0;
    // False: it was switched on already.
    virtual Async<bool> activate(OrganizationId organization, UserId user, Instant now) = 0;
    // Switched off, and nothing of it kept.
    virtual Async<void> remove(OrganizationId organization, UserId user, Instant now) = 0;
};

} // namespace gatehouse::domain
