// The part of scores that was read from the history a moment ago (behaviours §8, decisions D-67).
#pragma once

#include "core/time.h"
#include "domain/ids.h"
#include "domain/risk.h"

#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace gatehouse::domain {

struct RiskKey {
    OrganizationId organization;
    UserId user;
    int session_version = 1; // raised by reuse and block, on whichever node: nothing older is found
    std::string device;
    std::string country;
    std::string city;
};

// Safe to use from several threads at once.
class RiskScores {
public:
    static constexpr Duration kept_for = 60s;
    static constexpr std::size_t most = 10'000;

    std::optional<FromHistory> find(RiskKey const& key, Instant now);
    // Only what was asked for after the last forget() of the person: what a revocation has passed
    // meanwhile is not kept. `asked` is begun() from before the history was read.
    std::uint64_t begun() const;
    void keep(RiskKey const& key, FromHistory found, Instant now, std::uint64_t asked);
    // After a reuse, a block or a revocation.
    void forget(UserId const& user);
    std::size_t size() const;

private:
    struct Entry {
        std::string key;
        UserId user;
        FromHistory found;
        Instant read_at;
    };
    using Entries = std::list<Entry>; // the oldest first

    void drop(Entries::iterator entry);

    mutable std::mutex mutex_;
    Entries entries_;
    std::unordered_map<std::string, Entries::iterator> by_key_;
    std::unordered_multimap<std::string, Entries::iterator> by_user_;
    std::uint64_t forgotten_ = 0; // how often somebody was
};

} // namespace gatehouse::domain
