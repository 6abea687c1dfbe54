// How long PostgreSQL may take.
#pragma once

#include "core/time.h"

namespace gatehouse::postgres {

struct Limits {
    Duration connecting = 2s;
    Duration reply = 3s; // for one round trip; COMMIT too, which statement_timeout does not bound
    Duration statement = 2500ms; // statement_timeout
    Duration lock = 2s; // lock_timeout
    Duration idle_in_transaction = 10s; // the server ends a session whose node went away
};

} // namespace gatehouse::postgres
