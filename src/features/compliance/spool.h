// What a file holds, kept from the look that counted and hashed it until it has been sent: a little
// in memory, more in a file that has no name and goes with its process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::compliance {

// On a thread that may wait for a disk. Throws std::system_error.
class Spool {
public:
    explicit Spool(std::size_t kept_in_memory)
        : kept_in_memory_(kept_in_memory)
    {
    }
    Spool(Spool const&) = delete;
    Spool& operator=(Spool const&) = delete;
    ~Spool();

    void add(std::string_view text);
    // From the beginning on, in pieces of some hundred kilobytes; empty: that was all.
    std::string next();
    std::int64_t size() const { return size_; }

private:
    void write(std::string_view text);

    std::size_t const kept_in_memory_;
    std::string memory_; // all of it, while there is no file
    int file_ = -1;
    std::int64_t size_ = 0;
    std::int64_t given_ = 0;
};

} // namespace gatehouse::compliance
