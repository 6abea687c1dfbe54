// How often mail may be asked for to one address, known or not (api §1 Limits).
#pragma once

#include "core/async.h"
#include "domain/email_address.h"
#include "domain/ids.h"
#include "domain/services.h"
#include "domain/storage.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::domain {

struct MailCeiling {
    std::string_view purpose;
    int most;
    Duration within;
};

struct CountedWindow {
    std::int64_t count = 0; // this one included
    Instant began;
};

// Durable counters by key; rows older than their window are the janitor's.
class RateCounters {
public:
    virtual ~RateCounters() = default;
    // Counts one more in the running window, or begins a new one when it is older than `length`.
    virtual Async<CountedWindow> add(std::string key, Instant now, Duration length) = 0;
};

// Counts the request in the unit of work; false past the ceiling.
Async<bool> mail_is_allowed(
    Services& services, UnitOfWork& work, MailCeiling ceiling, UserId person, Instant now
);

// The same, and throws rate_limited past the ceiling: of an address,
// or of the person on whose behalf mail leaves for whatever address.
Async<void> count_mail_request(
    Services& services, UnitOfWork& work, MailCeiling ceiling, CanonicalAddress address, Instant now
);
Async<void> count_mail_request(
    Services& services, UnitOfWork& work, MailCeiling ceiling, UserId person, Instant now
);

} // namespace gatehouse::domain
