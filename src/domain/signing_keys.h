// Signing keys as stored: the private part sealed under the key-encryption key.
#pragma once

#include "core/async.h"
#include "core/time.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::domain {

// In the order of a key's life; no key ever goes back.
enum class KeyState {
    published, // shown to whoever verifies, so that nobody meets it unprepared
    signing, // the one that signs
    retiring, // signs no more, and still verifies what it signed
    removed, // verifies nothing
};
std::string_view to_text(KeyState state);
std::optional<KeyState> parse_key_state(std::string_view text);

struct SigningKey {
    std::string kid;
    std::string algorithm; // EdDSA, ES256 or RS256
    KeyState state = KeyState::published;
    std::string public_jwk; // JSON text
    std::string private_sealed; // bytes; empty once it signs no more
    Instant published_at;
    Instant not_before; // from when it may sign, or since when it did
    std::optional<Instant> not_after; // from when it may be removed, once it retires
};

class SigningKeys {
public:
    virtual ~SigningKeys() = default;
    virtual Async<std::vector<SigningKey>> all() = 0; // but the removed ones
    // The kid of the key that signs now, if there is one.
    virtual Async<std::optional<std::string>> signing_kid() = 0;

    // Steps wait for each other until the end of the unit. Each is claimed by its own write all the
    // same: `false` where the key is not in the state that the step begins from.
    virtual Async<void> lock() = 0;
    // Published or signing at once; of both there is one key at most.
    virtual Async<bool> insert(SigningKey key) = 0;
    // published → signing. Without `early` only from its `not_before` on.
    virtual Async<bool> begin_signing(std::string kid, Instant now, bool early) = 0;
    // signing → retiring; the private part is erased.
    virtual Async<bool> retire(std::string kid, Instant not_after) = 0;
    // retiring → removed, from its `not_after` on.
    virtual Async<bool> remove(std::string kid, Instant now) = 0;
    // Any state → removed.
    virtual Async<bool> remove_at_once(std::string kid, KeyState from, Instant now) = 0;
};

} // namespace gatehouse::domain
