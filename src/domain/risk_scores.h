// The part of scores that was read from the history a moment ago (behaviours §8, decisions D-67).
#pragma once

#include "core/changes.h"
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
#include <vector>

namespace gatehouse::domain {

struct RiskKey {
    OrganizationId organization;
    UserId user;
    int session_version = 1; // raised by reuse and block, on whichever node: nothing older is found
    std::string device;
    std::string country;
    std::string city;
};

// Safe to use from several threads at once. What changes elsewhere, on another node or by SQL, ends
// what is kept as soon as `changes` hear of it; while they may not have, nothing is kept or found.
// Where nobody tells them anything (environment test), forget() alone ends it before its time.
class RiskScores {
public:
    static constexpr Duration kept_for = 60s;
    static constexpr std::size_t most = 10'000;

    explicit RiskScores(Changes const& changes)
        : changes_(changes)
    {
    }

    std::optional<FromHistory> find(RiskKey const& key, Instant now);
    // From before the history was read.
    struct Begun {
        std::uint64_t forgotten = 0;
        std::optional<Changes::Moment> moment = {};
    };
    Begun begun() const;
    // Only what was asked for after the last forget(): what a revocation has passed meanwhile is
    // not kept.
    void keep(
        RiskKey const& key,
        FromHistory found,
        std::vector<SessionId> rests_on,
        Instant now,
        Begun asked
    );
    // After a reuse, a block or a revocation.
    void forget(UserId const& user);
    std::size_t size() const;

    // A sign-in or a refresh went on without a score. Told for as long as an alarm may take to be
    // seen: whatever the canary says, this is what happens to people.
    static constexpr Duration trouble_lasts = 90s;
    void note_skipped(std::string cause, Instant now);
    std::string trouble(Instant now) const; // empty: none

private:
    struct Entry {
        std::string key;
        UserId user;
        OrganizationId organization;
        FromHistory found;
        std::vector<SessionId> rests_on;
        Instant read_at;
        Changes::Moment read_after = 0;
    };
    using Entries = std::list<Entry>; // the oldest first

    void drop(Entries::iterator entry);
    bool stands(Entry const& entry) const;

    Changes const& changes_;
    mutable std::mutex mutex_;
    Entries entries_;
    std::unordered_map<std::string, Entries::iterator> by_key_;
    std::unordered_multimap<std::string, Entries::iterator> by_user_;
    std::uint64_t forgotten_ = 0; // how often somebody was
    std::string skipped_why_;
    std::optional<Instant> skipped_at_;
};

} // namespace gatehouse::domain
