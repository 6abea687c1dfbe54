// The sender's units of work on the outbox, each short: nothing is held while a mail travels.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/outbox.h"
#include "domain/storage.h"

#include <cstdint>
#include <optional>
#include <string>

namespace gatehouse::outbound {

// How one try ended.
struct Ending {
    enum class Kind { sent, retry, failed };
    Kind kind = Kind::sent;
    Instant at; // sent: when; retry: when to try again
    std::string error = {}; // what is kept as last_error
};

Async<std::optional<domain::ClaimedMessage>>
claim_one(domain::Storage& storage, Instant now, Instant locked_until);

// False: the row is gone, or another sender claimed it since.
Async<bool> note_ending(domain::Storage& storage, domain::ClaimedMessage row, Ending ending);

Async<domain::Backlog> count_backlog(domain::Storage& storage, Instant now);

Async<std::int64_t> make_waiting_due(domain::Storage& storage, Instant now);

} // namespace gatehouse::outbound
