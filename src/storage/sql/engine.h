// The database for coroutines: synchronous drivers on threads of their own, behind bounded queues.
#pragma once

#include "core/time.h"
#include "storage/sql/connection.h"
#include "storage/sql/driver.h"

#include <cstddef>
#include <memory>

namespace gatehouse::sql {

struct EngineOptions {
    std::size_t waiting_units = 512; // more than these waiting for a connection: Overloaded at once
    Duration waiting_time = 2s; // waited longer than this for a connection: Overloaded
    Duration rush_after = 500ms; // somebody waited all the while: then a quarter of that is enough
    Duration unit_time = 5s; // from a unit's first statement to its end; then it is rolled back
    std::size_t group_size = 64; // units that share one commit, at most
    std::size_t most_together = 32; // whole units that share a sync point, at most; 1: none does
    Duration group_time = 2ms; // no new unit joins a group whose first has waited this long
};

std::unique_ptr<Database> make_database(Drivers drivers, EngineOptions options);

} // namespace gatehouse::sql
