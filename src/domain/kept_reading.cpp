// Memory first, then the database; the moment is taken before the database is asked.
#include "domain/kept_reading.h"

#include "domain/custom_roles.h"
#include "domain/kept.h"
#include "domain/resources.h"

#include <utility>

namespace gatehouse::domain {
namespace {

Async<std::optional<Subject>>
stored_subject(UnitOfWork& work, std::optional<OrganizationId> in, UserId user)
{
    if (in)
        co_return co_await work.custom_roles().subject(*std::move(in), std::move(user));
    co_return co_await work.directory().subject(std::move(user));
}

} // namespace

Async<Reading> begin_reading(Services& services)
{
    Reading reading;
    reading.since = services.kept.changes.moment();
    reading.work = co_await services.storage.read();
    co_return reading;
}

Async<std::shared_ptr<SessionFacts const>> session_facts(Services& services, SessionId session)
{
    if (auto kept = services.kept.sessions.find(session))
        co_return kept;
    auto const reading = co_await begin_reading(services);
    auto stored = co_await reading.work->directory().session(std::move(session));
    if (!stored)
        co_return nullptr;
    auto facts = std::make_shared<SessionFacts const>(*std::move(stored));
    if (reading.since)
        services.kept.sessions.keep(facts, *reading.since);
    co_return facts;
}

Async<std::optional<Subject>> subject_of(
    Services& services, Reading const& reading, std::optional<OrganizationId> in, UserId user
)
{
    auto kept = services.kept.people.subject(user);
    if (kept && in && kept->organization_id != *in)
        co_return std::nullopt;
    if (kept)
        co_return kept;
    auto& work = *reading.work;
    auto stored = co_await stored_subject(work, std::move(in), std::move(user));
    if (!stored || !reading.since)
        co_return stored;
    auto const most = static_cast<std::int64_t>(services.kept.people.bounds().rows_of_one) + 1;
    auto const rows
        = co_await work.assignments().rows_of(stored->organization_id, stored->id, most);
    services.kept.people.keep(*stored, rows, *reading.since);
    co_return stored;
}

// Who is assigned to a resource is in its organization: the assignment's key says both.
Async<std::optional<bool>> is_assigned(
    Services& services,
    Reading const& reading,
    Subject subject,
    std::string type,
    ResourceId resource
)
{
    auto const assigned = services.kept.people.is_assigned(subject.id, type, resource);
    if (assigned == true)
        co_return true;
    auto const place = services.kept.resources.find(resource);
    if (assigned && place) {
        if (place->organization_id == subject.organization_id && place->type == type)
            co_return false;
        co_return std::nullopt;
    }
    auto const facts
        = co_await reading.work->resources().facts(subject.organization_id, resource, subject.id);
    if (!facts)
        co_return std::nullopt;
    if (reading.since)
        services.kept.resources.keep(
            resource, {subject.organization_id, facts->type}, *reading.since
        );
    if (facts->type != type)
        co_return std::nullopt;
    co_return facts->assigned;
}

} // namespace gatehouse::domain
