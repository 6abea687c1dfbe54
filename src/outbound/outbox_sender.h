// The worker that sends what waits in the outbox, on a thread of its own.
#pragma once

#include "core/time.h"
#include "crypto/seal.h"
#include "domain/storage.h"
#include "outbound/courier.h"
#include "outbound/mail_transport.h"
#include "outbound/transport_health.h"

#include <memory>
#include <string_view>

namespace gatehouse::outbound {

struct SenderOptions {
    CourierOptions courier;
    Duration poll = 1s; // how late a mail can be whose nudge got lost, or another node's
    Duration note_time = 5s; // how long a claim lasts beyond the longest send, to note its ending
};

// Claims a row, sends it, notes how it ended. Killed in between, the claim runs out and the mail is
// sent again: once or more, never lost. A mail that cannot be sent follows the retry schedule;
// while the transport itself fails, one mail at a time is tried, and when it works again the
// waiting ones are due at once.
class OutboxSender {
public:
    // All references must outlive it. `transport` is used from the sender's thread alone.
    OutboxSender(
        domain::Storage& storage,
        crypto::KeyEncryptionKey const& key,
        Clock const& clock,
        std::unique_ptr<MailTransport> transport,
        SenderOptions options
    );
    OutboxSender(OutboxSender const&) = delete;
    OutboxSender& operator=(OutboxSender const&) = delete;
    ~OutboxSender(); // stops

    void start(); // once; begins with a probe, which only warns
    void nudge() noexcept; // from any thread: something was queued
    void stop() noexcept; // not from its own thread; a send under way ends within seconds

    MailHealth health() const; // from any thread
    std::string_view transport_name() const;

private:
    class Inside;
    std::unique_ptr<Inside> inside_;
};

} // namespace gatehouse::outbound
