// Brings one claimed mail to an ending, and remembers how the transport behaves.
#pragma once

#include "core/secret.h"
#include "core/time.h"
#include "domain/outbox.h"
#include "outbound/mail_transport.h"
#include "outbound/outbox_rows.h"
#include "outbound/retry_schedule.h"
#include "outbound/transport_health.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace gatehouse::outbound {

struct CourierOptions {
    std::string public_url; // where links begin; without a trailing slash
    mail_text::Mailbox from;
    RetrySchedule retries;
    // How soon a broken transport shows although nobody is mailed; half of it while it fails.
    Duration probe_every = 30s;
};

// For one thread, but for health(), name() and stop(). Blocks as long as its transport does.
class Courier {
public:
    // `key` is the sub-key that payloads are sealed with.
    Courier(
        SecretString key,
        Clock const& clock,
        std::unique_ptr<MailTransport> transport,
        CourierOptions options
    );

    Ending deliver(domain::ClaimedMessage const& row); // never throws: a defect is a failed try too
    void probe_if_due();

    bool may_try() const; // false for a while after the transport failed
    bool works_again() const { return works_again_; } // it failed before the last success
    void forget_failure() { works_again_ = false; }
    Duration longest_send() const { return transport_->longest_send(); }

    MailHealth health() const { return health_.read(); }
    TransportHealth& board() { return health_; }
    std::string_view name() const { return transport_->name(); }
    void stop() noexcept { transport_->stop(); }

private:
    using Steady = std::chrono::steady_clock; // a corrected wall clock must not stop the mail

    Ending try_to_deliver(domain::ClaimedMessage const& row);
    Ending retried(domain::ClaimedMessage const& row, MailFailure const& failure);
    Ending given_up(domain::ClaimedMessage const& row, std::string error);
    void note_working();
    void note_failing(std::string const& failure);

    SecretString key_;
    Clock const& clock_;
    std::unique_ptr<MailTransport> transport_;
    CourierOptions options_;
    TransportHealth health_;
    Steady::time_point pause_until_;
    Steady::time_point next_probe_; // at once
    bool works_again_ = false;
};

} // namespace gatehouse::outbound
