// The one-time link that makes the first organization: the last one that was offered, and no other.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"

#include <optional>

namespace gatehouse::domain {

class FirstLinkStore {
public:
    virtual ~FirstLinkStore() = default;
    // In the place of the one before. False, and nothing is written, where there is an
    // organization.
    virtual Async<bool> offer(TokenDigest digest, Instant now, Instant expires_at) = 0;
    // Whether it still makes something; nothing where it is not the one that was offered last.
    virtual Async<std::optional<bool>> is_open(TokenDigest digest, Instant now) = 0;
    // True for exactly one caller, while it is open and nobody has made an organization.
    virtual Async<bool> claim(TokenDigest digest, Instant now) = 0;
};

} // namespace gatehouse::domain
