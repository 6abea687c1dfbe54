// Where a mailed link may lead afterwards: our own origin or an allowed one, never elsewhere.
#pragma once

#include "domain/settings.h"

#include <string>
#include <string_view>

namespace gatehouse::domain {

// True for an absolute URL whose origin is that of public_url or one of allowed_origins, and for a
// path of our own (`/welcome`, but not `//elsewhere` or `/\elsewhere`). No control characters.
bool callback_is_allowed(std::string_view url, Settings const& settings);

// `name=value` behind the URL's query; `value` must need no encoding.
std::string with_parameter(std::string url, std::string_view name, std::string_view value);

} // namespace gatehouse::domain
