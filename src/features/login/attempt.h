// One try to sign in, from its facts to its conclusion under the lock on the address.
#pragma once

#include "core/async.h"
#include "domain/directory.h"
#include "domain/opening_session.h"
#include "domain/request_facts.h"
#include "domain/risk_check.h"
#include "domain/services.h"
#include "domain/step_up.h"
#include "features/login/messages.h"
#include "features/login/rules.h"

#include <optional>
#include <variant>
#include <vector>

namespace gatehouse::login {

struct Try {
    domain::RequestFacts facts;
    domain::CanonicalAddress address;
    std::optional<domain::OrganizationId> named = {}; // the organization of the request
    domain::Device device = {};
    bool remember_me = false;
};

// What was read before the password was hashed.
struct Known {
    std::vector<domain::Candidate> all; // live users with the address
    std::vector<domain::Candidate> meant; // narrowed to the organization named
    bool closed = false; // refused unhashed
};

// The password was checked against `known.meant`, one answer for each.
struct Checked {
    Known known;
    std::vector<bool> matches;
    std::optional<domain::LookBack> looked = {}; // of the one who may be let in
};

// What became of a try that was concluded: committed before anybody hears of it.
struct Opened {
    domain::User user;
    domain::SessionTokens tokens;
};
struct Awaited { // the password was right
    domain::User user;
    SecondFactorWanted wanted;
};
struct Unusual { // the password was right, and that is not enough
    domain::User user;
    domain::StepUpOffer offer;
    domain::RiskRecord risk;
};
struct Stale { }; // a candidate changed while the password was hashed: look again
using Conclusion = std::variant<Opened, Awaited, Unusual, Stale>;

Async<Known> look_up(domain::Services& services, Try const& attempt);

// What the history says of the one who would be let in, if there is one: before the unit of work
// that lets them in, so that its failure cannot poison that (behaviours §8).
Async<void> look_back(domain::Services& services, Try const& attempt, Checked& checked);

// Throws the refusal after its rows are committed.
Async<Conclusion> conclude(domain::Services& services, Try const& begun, Checked checked);

} // namespace gatehouse::login
