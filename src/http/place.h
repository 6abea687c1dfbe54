// Where a client is, as far as anybody can tell (decisions D-68).
#pragma once

#include "domain/opening_session.h"
#include "http/context.h"

namespace gatehouse::http {

// The offline database knows best, then what a trusted proxy says; what the client says of itself
// counts only where neither says anything. A look-up that fails finds nothing, and is told.
void put_place(Context const& context, domain::Device& device);

} // namespace gatehouse::http
