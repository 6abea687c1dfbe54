// The life of a signing key: published → signing → retiring → removed, and when each step is safe.
#pragma once

#include "core/time.h"
#include "domain/refusal.h"
#include "domain/signing_keys.h"

#include <optional>
#include <string>
#include <vector>

namespace gatehouse::signing_keys {

// What key sets are sent with: for so long others may work with the set that they have.
inline constexpr Duration key_set_max_age = 300s;
// For clocks that differ, and for nodes that hear of a step while they are answering.
inline constexpr Duration margin = 60s;

// Whoever fetched the set just before a key was published knows it by then.
Instant may_sign_from(Instant published);
// The last token of the key has run out by then: 30 days, as long as any token may live.
Instant may_go_from(Instant retired);

// What a rotation does next; of two steps that are both possible the one that must come first.
struct NextStep {
    enum class Kind {
        publish, // a new key, which signs later
        take_over, // `next` signs from now on, `signing` retires
        mend, // no key signs, so that nobody gets a token: `next`, or a new key, signs at once
    };
    Kind kind;
    std::optional<domain::SigningKey> next;
    std::optional<domain::SigningKey> signing;
};

// Refused, with the time from which it is safe, while the published key is too young.
domain::Result<NextStep> next_of_rotation(std::vector<domain::SigningKey> const& keys, Instant now);

// The key, if it may be removed now: it retires, and nothing that it signed is good any more.
// Refused: it is not there, it has not retired, or it is too early, with the time.
domain::Result<domain::SigningKey>
removable(std::vector<domain::SigningKey> const& keys, std::string const& kid, Instant now);

// What follows when a key is removed at once, whatever its state.
struct Emergency {
    domain::SigningKey removed;
    std::optional<NextStep> then; // mend, where it signed
};
domain::Result<Emergency>
emergency(std::vector<domain::SigningKey> const& keys, std::string const& kid);

// What may be done with the key next, and from when, in words for the operator.
std::string outlook(domain::SigningKey const& key);

domain::Refusal somebody_was_faster();

} // namespace gatehouse::signing_keys
