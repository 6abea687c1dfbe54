// What a session in which somebody acts as somebody else may be used for: these routes, no others.
#pragma once

#include "http/route.h"

#include <span>
#include <string_view>

namespace gatehouse::http {

// Their operations, sorted. A route that is not named here is refused, a new one too: passwords,
// addresses, second factors, vaults, keys, step-ups, people and their rights, deleting anything,
// and acting as somebody else once more.
std::span<std::string_view const> operations_as_somebody_else();

bool serves_somebody_else(Route const& route);

} // namespace gatehouse::http
