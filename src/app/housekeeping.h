// The jobs that make tables smaller, begun with the server.
#pragma once

#include "app/background.h"
#include "domain/services.h"

namespace gatehouse::app {

// On every node; whoever takes the lock of the database does the work of a moment. `services` must
// outlive the background.
void begin_housekeeping(Background& background, domain::Services& services);

} // namespace gatehouse::app
