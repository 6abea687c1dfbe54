// Thrown when a write was on its way and nobody knows whether it happened: answered 503, ask again.
#pragma once

#include <stdexcept>
#include <string>

namespace gatehouse {

// Neither done nor failed. Reading afterwards tells which; repeating a repeatable request is safe.
class OutcomeUnknown : public std::runtime_error {
public:
    explicit OutcomeUnknown(std::string const& what)
        : std::runtime_error(what)
    {
    }
};

} // namespace gatehouse
