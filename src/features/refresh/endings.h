// How a refresh ends once its token is used up, by how unusual it was.
#pragma once

#include "core/async.h"
#include "domain/opening_session.h"
#include "domain/request_facts.h"
#include "domain/risk_check.h"
#include "domain/services.h"
#include "domain/storage.h"
#include "features/refresh/rotation.h"

namespace gatehouse::refresh {

// A token that was used up, its successor, and how unusual that was.
struct Successor {
    domain::RefreshToken used;
    domain::RefreshTokenId id; // of the successor: a challenge for it has the same
    domain::SessionFacts whose;
    SecretString token;
    domain::RiskRecord risk;
    domain::Device device;
};

// A rotation that is asked about again.
struct Repeated {
    domain::RefreshToken used;
    domain::RefreshTokenId successor;
    domain::SessionFacts whose;
    SecretString token;
};

// What was decided then: 428 as long as its challenge is open, else fresh tokens. Commits; each
// answer leaves its row.
Async<Ended> repeat(
    domain::Services& services,
    domain::UnitOfWork& work,
    domain::RequestFacts const& facts,
    Repeated again
);

// Each commits. This one throws 401 FORCE_LOGOUT.
Async<void> block(
    domain::Services& services,
    domain::UnitOfWork& work,
    domain::RequestFacts const& facts,
    Successor next
);
Async<Ended> ask_for_step_up(
    domain::Services& services,
    domain::UnitOfWork& work,
    domain::RequestFacts const& facts,
    Successor next
);
Async<Ended> let_go_on(
    domain::Services& services,
    domain::UnitOfWork& work,
    domain::RequestFacts const& facts,
    Successor next
);

} // namespace gatehouse::refresh
