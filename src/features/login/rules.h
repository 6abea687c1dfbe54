// What is decided when somebody signs in: pure functions from facts to an outcome.
#pragma once

#include "domain/directory.h"

#include <cstddef>
#include <optional>
#include <variant>
#include <vector>

namespace gatehouse::login {

// Who may be meant: the live users with the address, narrowed by the organization that was named.
std::vector<domain::Candidate> narrowed(
    std::vector<domain::Candidate> candidates, std::optional<domain::OrganizationId> const& named
);

// Whose attempt row it is: the candidate named, else the oldest live user of the address
// (database 3.5).
std::optional<domain::UserId> concerned(
    std::vector<domain::Candidate> const& all, std::optional<domain::OrganizationId> const& named
);

// To whose ledger a failed or refused try belongs: the one candidate, named or only (behaviours
// §4).
std::optional<domain::Candidate> ledger_owner(std::vector<domain::Candidate> const& narrowed);

struct WrongCredentials { };
struct Suspended {
    domain::Candidate who;
};
struct Unverified {
    domain::Candidate who;
};
struct SeveralOrganizations {
    std::vector<domain::Candidate> proven;
};
struct SecondFactor {
    domain::Candidate who;
};
struct Admitted {
    domain::Candidate who;
};
using Verdict = std::
    variant<WrongCredentials, Suspended, Unverified, SeveralOrganizations, SecondFactor, Admitted>;

// `proven` are the candidates whose password was right. Order: password → status → mailbox → second
// factor (decisions D-14, D-64). A suspended row counts only when nothing else matches.
Verdict judge(std::vector<domain::Candidate> proven);

} // namespace gatehouse::login
