// A mail address as stored (trimmed, case kept) and as compared (A–Z folded): decisions D-11.
#pragma once

#include "core/text.h"

#include <string>
#include <utility>

namespace gatehouse::domain {

// What counters, look-ups and uniqueness use; no other text turns into a look-up key.
class CanonicalAddress {
public:
    explicit CanonicalAddress(std::string_view address)
        : text_(ascii_lower(trimmed(address)))
    {
    }
    std::string const& text() const noexcept { return text_; }
    friend bool operator==(CanonicalAddress const&, CanonicalAddress const&) = default;

private:
    std::string text_;
};

} // namespace gatehouse::domain
