// Each write with its one ledger row; names and attributes stay out of it, they may be personal.
#include "domain/resource_writing.h"

#include "core/uuid.h"
#include "domain/deed.h"
#include "domain/organizations.h"
#include "domain/resource_access.h"

#include <utility>

namespace gatehouse::domain {
namespace {

LedgerEntry entry_about(
    RequestFacts const& facts, Caller const& caller, Event event, int status, Resource const& what
)
{
    auto entry = deed(facts, Actor::person(caller), event, status, what.organization_id);
    entry.resource = what.type;
    entry.resource_id = what.id.text();
    return entry;
}

Assignment first_assignment(Random& random, Resource const& resource)
{
    return {
        .id = AssignmentId(mint_uuid(resource.created_at, random)),
        .organization_id = resource.organization_id,
        .resource_type = resource.type,
        .resource_id = resource.id,
        .user_id = *resource.created_by,
        .assigned_by = resource.created_by,
        .created_at = resource.created_at,
    };
}

std::string names_of(ResourceChange const& change)
{
    std::string names = change.name ? "name" : "";
    for (auto const& attribute : change.attributes)
        names += (names.empty() ? "" : " ") + attribute.name;
    return names;
}

} // namespace

Async<Resource> create_resource(
    Services& services,
    RequestFacts facts,
    Caller const& caller,
    std::string type,
    NewResource wanted,
    RequireRoom require_room
)
{
    Resource resource{
        .id = ResourceId(mint_uuid(facts.now, services.random)),
        .organization_id = caller.organization_id(),
        .type = std::move(type),
        .name = std::move(wanted.name),
        .attributes = std::move(wanted.attributes),
        .created_by = caller.user_id(),
        .created_at = facts.now,
        .updated_at = facts.now,
    };
    auto work = co_await services.storage.begin();
    if (require_room)
        co_await work->organizations().lock(caller.organization_id());
    co_await hold_standing(*work, Actor::person(caller), caller.organization_id(), facts.now);
    if (require_room)
        co_await require_room(services, *work, caller.organization_id());
    co_await work->resources().insert(resource);
    auto first = first_assignment(services.random, resource);
    co_await work->assignments().assign(std::move(first));
    auto entry = entry_about(facts, caller, Event::resource_created, 201, resource);
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
    co_return resource;
}

Async<Resource> change_resource(
    Services& services,
    RequestFacts facts,
    Caller const& caller,
    std::string type,
    ResourceId id,
    ResourceChange wanted,
    Expected expected
)
{
    auto const names = names_of(wanted);
    auto work = co_await services.storage.begin();
    co_await hold_standing(*work, Actor::person(caller), caller.organization_id(), facts.now);
    auto const before = co_await resource_in_reach(*work, caller, type, id, ResourceStep::edit);
    if (expected) {
        auto const present = co_await work->resources().lock(before.organization_id, type, id);
        if (!present)
            throw Refusal{.reason = Reason::not_found};
        expected(*present);
    }
    auto after = co_await work->resources().change(
        before.organization_id, type, id, std::move(wanted), facts.now
    );
    if (!after)
        throw Refusal{.reason = Reason::not_found};
    auto entry = entry_about(facts, caller, Event::resource_updated, 200, *after);
    entry.details["fields"] = names;
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
    co_return std::move(*after);
}

Async<void> remove_resource(
    Services& services, RequestFacts facts, Caller const& caller, std::string type, ResourceId id
)
{
    auto work = co_await services.storage.begin();
    co_await hold_standing(*work, Actor::person(caller), caller.organization_id(), facts.now);
    auto const before = co_await resource_in_reach(*work, caller, type, id, ResourceStep::remove);
    bool const removed = co_await work->resources().remove(before.organization_id, type, id);
    if (!removed)
        throw Refusal{.reason = Reason::not_found};
    auto entry = entry_about(facts, caller, Event::resource_deleted, 204, before);
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
}

} // namespace gatehouse::domain
