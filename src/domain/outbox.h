// Messages that wait to be sent, written in the unit of work of their cause (behaviours §10).
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::domain {

using OutboxId = StrongText<struct OutboxIdTag>;

// Made by queue_mail() (domain/mail.h), which also seals the payload.
struct QueuedMessage {
    OutboxId id;
    OrganizationId organization_id;
    std::optional<std::string> dedupe_key; // the same one again in this organization: one message
    std::string recipient; // the stored address
    std::string payload_sealed; // holds live links; wiped once sent or given up
    std::optional<std::int64_t> ledger_id; // its cause
    Instant created_at; // due at once
};

// A message that one sender holds until `locked_until`; after that another may claim it again.
struct ClaimedMessage {
    OutboxId id;
    OrganizationId organization_id;
    std::string recipient;
    std::string payload_sealed;
    int attempt = 1; // which try this is; ends of an older try than the newest change nothing
    Instant created_at;
};

class OutboxStore {
public:
    virtual ~OutboxStore() = default;
    // False: its dedupe key is known already, nothing was added.
    virtual Async<bool> enqueue(QueuedMessage message) = 0;

    // The rest is for the sender, across organizations.
    // Due mail, longest due first; also what a sender claimed and did not end in time.
    virtual Async<std::vector<ClaimedMessage>> claim(Instant now, Instant locked_until, int limit)
        = 0;
    virtual Async<void> mark_sent(ClaimedMessage message, Instant now) = 0;
    virtual Async<void>
    mark_for_retry(ClaimedMessage message, std::string error, Instant next_attempt) = 0;
    virtual Async<void> mark_failed(ClaimedMessage message, std::string error) = 0;
    // Neither sent nor given up.
    virtual Async<std::int64_t> waiting() = 0;
    // Given up after the last retry, since `from`.
    virtual Async<std::int64_t> failed_since(Instant from) = 0;
};

} // namespace gatehouse::domain
