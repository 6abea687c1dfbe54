// Telling people of a sign-in from a device that they had not used before (api §11).
#pragma once

#include "core/async.h"
#include "domain/one_time_tokens.h"
#include "domain/request_facts.h"
#include "domain/services.h"
#include "domain/sessions.h"
#include "domain/storage.h"
#include "domain/users.h"

#include <cstdint>
#include <optional>
#include <string>

namespace gatehouse::domain {

constexpr Duration denial_life = 24h * 7; // people read mail late
constexpr int notices_per_hour = 5; // of one person; past it they are told in the product alone

// A mail with a link that says "this was not me", and a notification: in the unit of work of the
// sign-in, whose row in the ledger is `row`. Once for each device, as long as what was sent is
// kept, and not more than `notices_per_hour` mails.
Async<void> tell_of_new_device(
    Services& services,
    UnitOfWork& work,
    RequestFacts const& facts,
    User const& user,
    Session const& session,
    std::int64_t row
);

// What the token of such a link is about.
struct Denied {
    SessionId session;
    std::optional<std::string> device = {};
    Instant since = {}; // when the session began
    bool same_address = false; // the mail went to what is the person's address still
};
// Nothing where it says none.
std::optional<Denied> denied_by(OneTimeToken const& token, User const& user);

} // namespace gatehouse::domain
