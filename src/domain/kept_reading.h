// Reading what requests and decisions rest on: from memory where it is kept and stands, else from
// the database, and then kept. Storage failures pass through (503).
#pragma once

#include "core/async.h"
#include "domain/directory.h"
#include "domain/services.h"
#include "domain/subject.h"

#include <optional>
#include <string>

namespace gatehouse::domain {

Async<std::optional<SessionFacts>> session_facts(Services& services, SessionId session);

// A live person of any organization; with `in`, of that one alone. `work` is asked where the person
// is not kept.
Async<std::optional<Subject>>
subject_of(Services& services, UnitOfWork& work, std::optional<OrganizationId> in, UserId user);

// Whether the subject is assigned to the resource; nothing where their organization has no such
// resource of that type.
Async<std::optional<bool>> is_assigned(
    Services& services, UnitOfWork& work, Subject subject, std::string type, ResourceId resource
);

} // namespace gatehouse::domain
