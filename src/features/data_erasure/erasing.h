// Erases people whose time has come, step by step.
#pragma once

#include "core/async.h"
#include "domain/services.h"

namespace gatehouse::data_erasure {

// 1. Who asked for it is deleted as by an administrator: nobody signs in any more, and a mail says
// so.
// 2. Once that mail has left, or after a day, what the ledger holds of them goes, a thousand rows
// at
//    a time; the chain stays as it is (docs/ledger-format.md).
// 3. Their row goes with all that hangs on it, and with it what named their address.
// People who were deleted by others come to 2 thirty days later. Each unit is one step that is
// claimed by its write: whatever ends in between is continued, by whichever node. Nothing is done
// about whoever is under a legal hold. What fails about one person is logged and counted, and the
// others have their turn.
Async<void> erase_due(domain::Services& services);

} // namespace gatehouse::data_erasure
