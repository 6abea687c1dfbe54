// What is kept in memory of the database, together with what ends it.
#pragma once

#include "core/changes.h"
#include "domain/kept_people.h"
#include "domain/kept_resources.h"
#include "domain/kept_sessions.h"

namespace gatehouse::domain {

struct Kept {
    Changes changes; // followed by nobody, it keeps nothing: so it is in env test (database §1)
    KeptSessions sessions{changes};
    KeptPeople people{changes};
    KeptResources resources{changes};
};

} // namespace gatehouse::domain
