// The canaries of the controls: each does the real thing with the real store, and takes it back.
#pragma once

#include "core/async.h"
#include "core/changes.h"
#include "core/random.h"
#include "core/time.h"
#include "crypto/seal.h"
#include "domain/storage.h"
#include "outbound/transport_health.h"

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::app {

// Each throws what is wrong, and leaves no row behind.

// Five wrong tries close an address that nobody can have.
Async<void> try_attempts(domain::Storage& storage, Instant now);
// A row with every optional field absent is appended, waits to be sealed, and could not be changed.
Async<void> try_ledger(domain::Storage& storage, Instant now);
// No row has waited longer than rows may (behaviours §2), and a chain of nobody's can be begun.
Async<void> try_seals(domain::Storage& storage, crypto::KeyEncryptionKey const& key, Instant now);
// Nobody's history, in the time that the scorer may take.
Async<void> try_history(domain::Storage& storage, Instant now, Duration may_take);
// Durable counters count.
Async<void> try_counters(domain::Storage& storage, Instant now);
// What waits to be mailed can be read.
Async<void> try_outbox(domain::Storage& storage, Instant now);
// A vault's key is wrapped, opens for its person alone, and what is stored opens under this key.
Async<void>
try_vault_key(domain::Storage& storage, crypto::KeyEncryptionKey const& key, Random& random);
Async<void> try_second_wall(domain::Storage& storage);
// Lockout windows and expiries compare times that different clocks have stamped (database.md §1).
Async<void> compare_clocks(domain::Storage& storage, Clock const& clock);

// The transport's last word, and whether the sender still looks into the outbox.
std::string trouble_with_mail(outbound::MailHealth const& health, Instant now);

// Whether changes by others are heard; a connection that comes back at once is no trouble.
class Hearing {
public:
    explicit Hearing(ChangeSource& feed);
    std::string trouble(); // from any thread

private:
    ChangeSource& feed_;
    std::mutex mutex_;
    std::optional<std::chrono::steady_clock::time_point> deaf_since_;
};

// Work that may be lost (behaviours §2), as counted in gatehouse_failed_open_total.
class Losses {
public:
    explicit Losses(std::string_view control);
    Async<void> check(); // throws where some was lost since the last time

private:
    double value() const;

    std::string const control_;
    double seen_;
};

} // namespace gatehouse::app
