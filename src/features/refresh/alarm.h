// What follows when a refresh token is used a second time.
#pragma once

#include "core/async.h"
#include "domain/directory.h"
#include "domain/request_facts.h"
#include "domain/services.h"
#include "domain/storage.h"

namespace gatehouse::refresh {

// Everything that descends from the stolen token dies; bump and mail come once per family (api §6).
// Under the lock on the family; commits.
Async<void> end_family(
    domain::Services& services,
    domain::UnitOfWork& work,
    domain::RequestFacts const& facts,
    domain::RefreshToken token,
    domain::SessionFacts owner
);

} // namespace gatehouse::refresh
