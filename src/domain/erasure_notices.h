// Whom an erasure is told: the address that somebody has, and the one that they had when they asked
// for it, since either of them may be somebody else's doing.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/storage.h"
#include "domain/users.h"

#include <optional>
#include <string>
#include <vector>

namespace gatehouse::domain {

// Nobody's where they are not active; `asked_with` not where somebody else has it by now.
Async<std::vector<std::string>>
told_of_erasure(UnitOfWork& work, User person, std::optional<std::string> asked_with);

// When somebody active who asked for it will be erased: told at each new address, too.
Async<std::optional<Instant>> erasure_to_come(UnitOfWork& work, User person);

} // namespace gatehouse::domain
