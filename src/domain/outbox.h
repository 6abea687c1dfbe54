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

// What is neither sent nor given up.
struct Backlog {
    std::int64_t waiting = 0;
    std::int64_t due = 0; // of these, to be sent now
    std::optional<Instant> oldest; // when the oldest of them was queued
};

class OutboxStore {
public:
    virtual ~OutboxStore() = default;
    // False: its dedupe key is known already, nothing was added.
    virtual Async<bool> enqueue(QueuedMessage message) = 0;

    // The rest is for the sender, across organizations.
    virtual Async<Backlog> backlog(Instant now) = 0;
    // Due mail, longest due first; also what a sender claimed and did not end in time.
    virtual Async<std::vector<ClaimedMessage>> claim(Instant now, Instant locked_until, int limit)
        = 0;
    // How the claimed try ended. False: the message is gone or another sender claimed it since.
    virtual Async<bool> mark_sent(ClaimedMessage message, Instant now) = 0;
    virtual Async<bool>
    mark_for_retry(ClaimedMessage message, std::string error, Instant next_attempt) = 0;
    virtual Async<bool> mark_failed(ClaimedMessage message, std::string error) = 0;
    // What waits for another try becomes due now: the transport works again.
    virtual Async<std::int64_t> hasten(Instant now) = 0;
};

} // namespace gatehouse::domain
