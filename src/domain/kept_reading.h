// Reading what requests and decisions rest on: from memory where it is kept and stands, else from
// the database, and then kept. Storage failures pass through (503).
#pragma once

#include "core/async.h"
#include "core/changes.h"
#include "domain/directory.h"
#include "domain/services.h"
#include "domain/storage.h"
#include "domain/subject.h"

#include <memory>
#include <optional>
#include <string>

namespace gatehouse::domain {

// Null where there is no such session.
Async<std::shared_ptr<SessionFacts const>> session_facts(Services& services, SessionId session);

// One unit that reads, and the moment before it saw anything: its snapshot may be as old as its
// first statement, so what is read in it is kept as of then, however late it is read.
struct Reading {
    std::optional<Changes::Moment> since; // nothing: what is read must not be kept
    std::unique_ptr<UnitOfWork> work;
};
Async<Reading> begin_reading(Services& services);

// A live person of any organization; with `in`, of that one alone. The unit is asked where the
// person is not kept.
Async<std::optional<Subject>> subject_of(
    Services& services, Reading const& reading, std::optional<OrganizationId> in, UserId user
);

// Whether the subject is assigned to the resource; nothing where their organization has no such
// resource of that type.
Async<std::optional<bool>> is_assigned(
    Services& services,
    Reading const& reading,
    Subject subject,
    std::string type,
    ResourceId resource
);

} // namespace gatehouse::domain
