// Instants in milliseconds of UTC, and the clock that gives them.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse {

using Duration = std::chrono::milliseconds;
using namespace std::chrono_literals;

// A moment in UTC. Milliseconds, because both databases and the wire keep exactly three decimals
// (spec/api §1, spec/database §1): what is read back equals what was written.
class Instant {
public:
    constexpr Instant() = default;
    static constexpr Instant from_milliseconds(std::int64_t since_epoch)
    {
        Instant made;
        made.milliseconds_ = since_epoch;
        return made;
    }
    static constexpr Instant from_seconds(std::int64_t since_epoch)
    {
        return from_milliseconds(since_epoch * 1000);
    }

    constexpr std::int64_t milliseconds() const { return milliseconds_; }
    constexpr std::int64_t seconds() const // rounded down, as JWT NumericDate wants it
    {
        return milliseconds_ >= 0 ? milliseconds_ / 1000 : -((-milliseconds_ + 999) / 1000);
    }

    friend constexpr auto operator<=>(Instant, Instant) = default;
    friend constexpr Instant operator+(Instant at, Duration by)
    {
        return from_milliseconds(at.milliseconds_ + by.count());
    }
    friend constexpr Instant operator-(Instant at, Duration by)
    {
        return from_milliseconds(at.milliseconds_ - by.count());
    }
    friend constexpr Duration operator-(Instant later, Instant earlier)
    {
        return Duration(later.milliseconds_ - earlier.milliseconds_);
    }

private:
    std::int64_t milliseconds_ = 0;
};

// `2026-11-22T07:05:09.123Z`, always 24 characters for years 0000 to 9999 (RFC 3339).
std::string to_text(Instant at);
void append_text(std::string& into, Instant at);

// Reads RFC 3339 with any offset and any number of decimals (cut to three), and PostgreSQL's
// `2026-11-22 07:05:09.123+00`. Nothing for anything else.
std::optional<Instant> parse_instant(std::string_view text);

class Clock {
public:
    virtual ~Clock() = default;
    virtual Instant now() const = 0;
};

// The machine's clock; constructed by app/ alone.
class SystemClock final : public Clock {
public:
    Instant now() const override;
};

} // namespace gatehouse
