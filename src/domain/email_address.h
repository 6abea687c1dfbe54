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
        // Nobody can register beyond this; a longer text only needs a counter of bounded size, and
        // the mark keeps it apart from every real address.
        if (text_.size() > longest) {
            auto end = longest;
            while (end > 0 && (static_cast<unsigned char>(text_[end]) & 0xC0) == 0x80)
                --end;
            text_.resize(end);
            text_ += " (cut)";
        }
    }
    static constexpr std::size_t longest
        = 320; // bytes (RFC 3696 3, with its erratum the safe side)

    std::string const& text() const noexcept { return text_; }
    friend bool operator==(CanonicalAddress const&, CanonicalAddress const&) = default;

private:
    std::string text_;
};

} // namespace gatehouse::domain
