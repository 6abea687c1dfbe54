// UUID version 7 (RFC 9562 5.7): opaque ids that sort by their time.
#pragma once

#include "core/random.h"
#include "core/time.h"

#include <string>

namespace gatehouse {

void append_uuid(std::string& into, Instant now, Random& random);
std::string mint_uuid(Instant now, Random& random); // 36 characters, 74 random bits

} // namespace gatehouse
