// When a connection may be tried again: said once for all connections to one server.
#pragma once

#include "core/time.h"

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

namespace gatehouse::postgres {

// Between tries that fail there is a pause, so that a database that comes back is not stormed. The
// first that succeeds ends the pause for all: where one is served, nobody is sent away unasked.
class Reconnecting {
public:
    using Moment = std::chrono::steady_clock::time_point;

    // The last failure, while its pause lasts; nothing when it may be tried.
    std::optional<std::string> refuses(Moment now) const;

    void succeeded(Moment now);
    // A try that began before another succeeded says nothing about the server as it is now.
    void failed(Moment began, Moment now, std::string cause);

private:
    mutable std::mutex mutex_;
    Moment next_try_{};
    Moment last_success_{};
    Duration pause_{};
    std::string last_failure_;
};

} // namespace gatehouse::postgres
