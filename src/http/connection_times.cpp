// How long a connection may take for what it is doing, and how it is ended from outside.
#include "http/connection.h"

namespace gatehouse::http {

void Connection::enter(Phase phase)
{
    phase_ = phase;
    phase_began_ = around_.ticks();
    phase_bytes_ = 0;
}

bool Connection::is_too_slow(TimeLimits const& limits) const
{
    auto const spent = around_.ticks() - phase_began_;
    switch (phase_) {
    case Phase::handshake:
        return spent > limits.handshake;
    case Phase::idle:
        return spent > limits.idle;
    case Phase::head:
        return spent > limits.head;
    case Phase::lingering:
        return spent > limits.lingering;
    case Phase::handling:
        return false; // the handler's own deadlines hold
    case Phase::body:
    case Phase::writing:
        break;
    }
    if (spent <= limits.transfer_grace)
        return false;
    auto const seconds = static_cast<std::size_t>((spent - limits.transfer_grace).count()) / 1000;
    return phase_bytes_ < (seconds + 1) * limits.transfer_pace;
}

void Connection::sweep(TimeLimits const& limits)
{
    if (!is_too_slow(limits))
        return;
    too_slow_ = true;
    stream_->cancel();
}

void Connection::stop_if_idle()
{
    if (phase_ == Phase::idle)
        stream_->cancel();
}

void Connection::abandon()
{
    stream_->cancel();
}

} // namespace gatehouse::http
