// The keys of this node: read from the database, and read again so often that a step taken
// elsewhere counts here within a second.
#pragma once

#include "core/async.h"
#include "core/handoff.h"
#include "core/random.h"
#include "core/secret.h"
#include "core/time.h"
#include "crypto/seal.h"
#include "domain/signing_keys.h"
#include "domain/storage.h"
#include "features/signing_keys/ring_builder.h"

#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::signing_keys {

// From any thread. What cannot be read throws, whatever was known before (decisions D-54).
class KeyKeeper {
public:
    KeyKeeper(
        std::string public_url,
        std::optional<SecretString> const& jwt_secret,
        domain::Storage& storage,
        crypto::KeyEncryptionKey const& key,
        Clock const& clock
    );

    // Before the first use: where there is no key yet, one is made. Several nodes may begin at once
    // on an empty database: all end with the same key. Throws std::runtime_error for keys that do
    // not open, and where no key signs.
    Async<void> begin(Random& random, jose::Algorithm algorithm);

    // Read a second ago at most; null where they must be read again.
    Ring known() const;
    // The same, waited for. `held` is the unit of work that the caller keeps, if any.
    Async<Ring> fresh(domain::UnitOfWork* held);
    // After a token named a key that `known` has not: read anew, but not for every made-up name.
    Async<Ring> after_unknown_key(Ring known, domain::UnitOfWork* held);
    // Whose key signs as `work` sees it. Throws where none does.
    Async<Ring> signing_in(domain::UnitOfWork& work);

    // For the self-check: throws where a key cannot be used, too.
    Async<void> read_again();
    // In the background: a failure is for those who ask for keys, and for the self-check, to tell.
    Async<void> keep_fresh();

private:
    class Turn;

    Async<Ring> read(domain::UnitOfWork* held);
    Async<Ring> read_in_turn();
    Async<void> read_and_keep();
    void keep(std::vector<domain::SigningKey> const& stored, Instant asked_at);
    void end_turn(std::exception_ptr const& failure);
    Ring known_since(Duration at_most) const; // null where it is older

    domain::Storage& storage_;
    crypto::KeyEncryptionKey const& key_;
    Clock const& clock_;
    RingBuilder builder_;

    mutable std::mutex mutex_; // never held across an await
    Ring ring_;
    Instant confirmed_at_; // when the reading began that found `ring_`
    Instant asked_at_; // when the latest reading began, whatever came of it
    std::exception_ptr failure_; // of the latest reading
    bool is_reading_ = false;
    bool told_ = false; // of keys out of reach; for the one loop of the background
    std::vector<Handoff<int>::Sender> waiting_;
};

} // namespace gatehouse::signing_keys
