// Whether a person may leave their organization for good.
#pragma once

#include "core/async.h"
#include "domain/storage.h"
#include "domain/users.h"

namespace gatehouse::data_erasure {

// Under the lock on the organization: nobody is left without somebody who may decide (I-4). The
// only person of a personal organization may: it goes with them.
Async<bool> leaves_nobody_stranded(domain::UnitOfWork& work, domain::User person);

} // namespace gatehouse::data_erasure
