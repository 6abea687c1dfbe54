// Requests that send mail to an address, counted whether or not anybody has it (decisions D-27,
// D-71).
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/email_address.h"
#include "domain/ids.h"

#include <cstdint>
#include <optional>
#include <string>

namespace gatehouse::domain {

class FirstLinkStore;

struct ResetRequest {
    CanonicalAddress address;
    std::optional<UserId> user_id = {};
    std::optional<std::string> ip_address = {};
    bool throttled = false;
    Instant requested_at = {};
};

class ResetRequests {
public:
    virtual ~ResetRequests() = default;
    // Those not throttled since `from`, newest last: how many, and when the oldest of them was.
    struct Recent {
        std::int64_t count = 0;
        std::optional<Instant> oldest;
    };
    virtual Async<Recent> since(CanonicalAddress address, Instant from) = 0;
    virtual Async<void> record(ResetRequest request) = 0;
    // Of no organization either: the link that makes the first one.
    virtual FirstLinkStore& first_link() = 0;
};

} // namespace gatehouse::domain
