// How many anonymous or refused requests one client address may make in a minute (D-34, D-98).
#pragma once

#include "core/time.h"
#include "http/route.h"

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace gatehouse::http {

struct CeilingSettings { // per minute and client address
    int credential = 300;
    int registration = 100;
    int anonymous = 3000;
    std::size_t addresses_kept = 100'000; // per minute; newcomers beyond it share one count
};

// Counted in memory, for this node alone; safe from several threads. A window slides: the minute
// before counts by the share of it that still lies within the last 60 seconds.
class Ceilings {
public:
    explicit Ceilings(CeilingSettings const& settings);

    // Counts one request. Seconds to wait when it is one too many.
    std::optional<long> charge(Limit limit, std::string_view client_address, Instant now);

    // Whether each count takes what is within its ceiling and refuses what is beyond, tried with a
    // key that no client has and that is taken away again. What is wrong; empty: nothing.
    std::string trouble(Instant now);

    // The same question without counting.
    std::optional<long> is_reached(Limit limit, std::string_view client_address, Instant now) const;

private:
    using Counts = std::unordered_map<std::string, int>;
    struct Bucket {
        int ceiling = 0;
        std::int64_t minute = 0;
        Counts current;
        Counts previous;
    };

    Bucket& bucket_of(Limit limit) const;
    static void turn_to(Bucket& bucket, Instant now);
    static bool takes(Bucket& bucket, std::string const& key, Instant now);
    static double ceiling_of(Bucket const& bucket, std::string const& key);
    static double used(Bucket const& bucket, std::string const& key, Instant now);
    std::string key_for(Bucket const& bucket, std::string_view client_address) const;

    std::size_t addresses_kept_;
    mutable std::mutex mutex_;
    mutable std::array<Bucket, 3> buckets_;
};

} // namespace gatehouse::http
