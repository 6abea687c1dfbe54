// What the triggers of the database tell about a change, noted (spec/database §6).
#pragma once

#include "core/changes.h"

#include <string_view>

namespace gatehouse::sql {

// `["TABLE", ORGANIZATION, ID]`, as migrations/0007 writes it: without an id the whole organization
// is meant, without both everything. What it does not understand it takes for everything.
void note_told(Changes& changes, std::string_view message);

} // namespace gatehouse::sql
