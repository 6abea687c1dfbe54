// Reading captured mail the way Mailpit is read, and waiting until the outbox is empty.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::mail_capture {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::mail_capture
