// Thrown when a bounded queue is full or its waiting time is over: answered 503 with Retry-After.
#pragma once

#include <stdexcept>
#include <string>

namespace gatehouse {

// Nothing was begun; asking again later is safe.
class Overloaded : public std::runtime_error {
public:
    Overloaded(std::string const& what, int retry_after_seconds)
        : std::runtime_error(what)
        , retry_after_seconds_(retry_after_seconds)
    {
    }
    int retry_after_seconds() const noexcept { return retry_after_seconds_; }

private:
    int retry_after_seconds_;
};

} // namespace gatehouse
