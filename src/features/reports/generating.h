// Writing the file of a report after the answer, by exactly one writer.
#pragma once

#include "domain/resources.h"
#include "domain/services.h"

namespace gatehouse::reports {

// Begins after the answer where nobody writes it, as far as `seen` tells; the claim decides. A
// writer that dies, or that a broken database stops, leaves the report as it is: whoever asks for
// it later begins anew.
void generate_later(domain::Services& services, domain::Resource const& seen);

} // namespace gatehouse::reports
