// How long PostgreSQL may take.
#pragma once

#include "core/time.h"

namespace gatehouse::postgres {

struct Limits {
    Duration connecting = 2s;
    Duration reply = 3s; // for one round trip; COMMIT too, which statement_timeout does not bound
    Duration statement = 2500ms; // statement_timeout
    Duration lock = 2s; // lock_timeout
    // Of a unit that shares its sync point: past these it is tried again, alone and with the above.
    // All units of a group together have to fit into `reply`.
    Duration statement_together = 80ms;
    Duration lock_together = 40ms;
    Duration idle_in_transaction = 10s; // the server ends a session whose node went away
};

} // namespace gatehouse::postgres
