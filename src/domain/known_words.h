// What a guesser knows of a person: no password may be made of it alone.
#pragma once

#include "core/async.h"
#include "domain/storage.h"
#include "domain/users.h"

#include <string>
#include <vector>

namespace gatehouse::domain {

std::vector<std::string> known_of(User const& person, std::string organization_name);
// The same, with the name of their organization as stored.
Async<std::vector<std::string>> known_of(UnitOfWork& work, User person);

} // namespace gatehouse::domain
