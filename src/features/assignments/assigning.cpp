// One ledger row for each change, and none where nothing changed.
#include "features/assignments/assigning.h"

#include "domain/access.h"
#include "domain/deed.h"
#include "domain/directory.h"
#include "domain/members.h"
#include "domain/notifications.h"
#include "domain/resource_access.h"

#include <optional>
#include <utility>

namespace gatehouse::assignments {
namespace {
using domain::Actor;
using domain::Assignment;
using domain::AssignmentId;
using domain::Assignments;
using domain::Caller;
using domain::Event;
using domain::hold_standing;
using domain::LedgerEntry;
using domain::Reason;
using domain::Refusal;
using domain::RequestFacts;
using domain::resource_in_reach;
using domain::ResourceId;
using domain::ResourceStep;
using domain::Services;
using domain::UnitOfWork;
using domain::UserId;

template <class Found> void require_here(Caller const& caller, std::optional<Found> const& found)
{
    if (!found)
        throw Refusal{.reason = Reason::not_found};
    if (found->organization_id != caller.organization_id())
        throw Refusal{.reason = Reason::forbidden};
}

LedgerEntry entry_about(
    RequestFacts const& facts, Caller const& caller, int status, Assignment const& assignment
)
{
    auto entry = domain::deed(
        facts, Actor::person(caller), Event::assignment_changed, status, assignment.organization_id
    );
    entry.user_id = assignment.user_id;
    entry.resource = assignment.resource_type;
    entry.resource_id = assignment.resource_id.text();
    entry.details["newValue"] = status == 201 ? "assigned" : "unassigned";
    return entry;
}

} // namespace

Async<void>
require_reach(UnitOfWork& work, Caller const& caller, ResourceId resource, UserId person)
{
    if (!resource.text().empty()) {
        auto const found = co_await work.directory().resource(std::move(resource));
        require_here(caller, found);
    }
    if (!person.text().empty()) {
        auto const found = co_await work.directory().live_user(std::move(person));
        require_here(caller, found);
    }
}

Async<Assignments::Assigned>
assign(Services& services, RequestFacts facts, Caller const& caller, Assignment wanted)
{
    auto work = co_await services.storage.begin();
    auto const actor = Actor::person(caller);
    co_await hold_standing(*work, actor, caller.organization_id(), facts.now);
    co_await require_reach(*work, caller, wanted.resource_id, wanted.user_id);
    // Nobody gives what they may not see, to themselves least of all (I-7).
    auto const resource = co_await resource_in_reach(
        *work, caller, wanted.resource_type, wanted.resource_id, ResourceStep::view
    );
    bool const stays
        = co_await work->resources().hold(resource.organization_id, resource.type, resource.id);
    if (!stays) // deleted just now
        throw Refusal{.reason = Reason::not_found};
    auto assigned = co_await work->assignments().assign(wanted);
    if (assigned.is_new) {
        json::Object told{{"resourceType", resource.type}, {"resourceId", resource.id.text()}};
        co_await work->members().notifications().add(
            wanted.organization_id,
            wanted.user_id,
            domain::NotificationKind::assignment,
            std::move(told),
            facts.now
        );
        auto entry = entry_about(facts, caller, 201, assigned.assignment);
        co_await work->ledger().append(std::move(entry));
    }
    co_await work->commit();
    co_return assigned;
}

Async<void> unassign(Services& services, RequestFacts facts, Caller const& caller, AssignmentId id)
{
    auto work = co_await services.storage.begin();
    auto const actor = Actor::person(caller);
    co_await hold_standing(*work, actor, caller.organization_id(), facts.now);
    auto const removed = co_await work->assignments().remove(caller.organization_id(), id);
    if (!removed) // the gate saw it: somebody was faster
        throw Refusal{.reason = Reason::not_found};
    auto entry = entry_about(facts, caller, 204, *removed);
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
}

} // namespace gatehouse::assignments
