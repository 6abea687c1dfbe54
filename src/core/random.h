// Randomness that is passed in: the operating system's in the server, seeded in tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace gatehouse {

// Safe to use from several threads at once.
class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> into) = 0;

    std::string bytes(std::size_t count); // raw bytes in a string
};

// getrandom(2); throws when the kernel gives none. Constructed by app/ alone.
class SystemRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> into) override;
};

} // namespace gatehouse
