// Whether mail can leave: what the sender finds out, and others may ask.
#pragma once

#include "core/time.h"
#include "domain/outbox.h"

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::outbound {

struct MailHealth {
    bool works = true; // the last use of the transport or probe, and the last rounds of the outbox
    std::optional<Instant> failing_since;
    std::string failure; // class and detail of the last failure; for operators, never a secret
    std::int64_t waiting = 0; // mails neither sent nor given up, when last counted
    std::optional<Instant> oldest_waiting;
    std::optional<Instant> looked_at; // when they were counted: the sender is alive
};

// Keeps a MailHealth, tells metrics and log. Safe to use from several threads.
class TransportHealth {
public:
    bool note_working(); // true: it failed before
    void note_failing(std::string_view transport, std::string const& failure, Instant now);
    void note_backlog(domain::Backlog const& backlog, Instant now);
    MailHealth read() const;

private:
    mutable std::mutex mutex_;
    MailHealth health_;
};

} // namespace gatehouse::outbound
