// What says where addresses are.
#pragma once

#include "app/config.h"
#include "domain/places.h"

#include <memory>

namespace gatehouse::app {

// Throws BadConfiguration for a file that is none.
std::unique_ptr<domain::Places const> make_places(Configuration const& configuration);

} // namespace gatehouse::app
