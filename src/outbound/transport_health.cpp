// Keeps what is known about the mail transport.
#include "outbound/transport_health.h"

#include "core/log.h"
#include "core/metrics.h"

namespace gatehouse::outbound {

bool TransportHealth::note_working()
{
    metrics::gauge("gatehouse_mail_transport_works", 1);
    std::lock_guard const lock(mutex_);
    bool const failed_before = !health_.works;
    health_.works = true;
    health_.failing_since.reset();
    health_.failure.clear();
    return failed_before;
}

void TransportHealth::note_failing(
    std::string_view transport, std::string const& failure, Instant now
)
{
    metrics::gauge("gatehouse_mail_transport_works", 0);
    std::lock_guard const lock(mutex_);
    if (health_.works)
        health_.failing_since = now;
    health_.works = false;
    health_.failure = failure;
    log::Line(log::Level::error, "mail.transport_fails")
        .with("transport", transport)
        .with("cause", failure)
        .with("since", to_text(*health_.failing_since));
}

void TransportHealth::note_backlog(domain::Backlog const& backlog, Instant now)
{
    metrics::gauge("gatehouse_outbox_waiting", static_cast<double>(backlog.waiting));
    std::lock_guard const lock(mutex_);
    health_.waiting = backlog.waiting;
    health_.oldest_waiting = backlog.oldest;
    health_.looked_at = now;
}

MailHealth TransportHealth::read() const
{
    std::lock_guard const lock(mutex_);
    return health_;
}

} // namespace gatehouse::outbound
