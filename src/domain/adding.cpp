// One row for the person or the organization, one for the ledger.
#include "domain/adding.h"

#include "domain/deed.h"
#include "domain/invitations.h"
#include "domain/ledger.h"
#include "domain/refusal.h"
#include "domain/users.h"

namespace gatehouse::domain {

Async<void> add_person(UnitOfWork& work, RequestFacts const& facts, Actor actor, User person)
{
    bool const inserted = co_await work.users().insert(person);
    if (!inserted)
        throw Refusal{.reason = Reason::email_already_registered};
    CanonicalAddress const address(person.email); // a member by now: older offers open nothing
    auto const superseded
        = co_await work.invitations().supersede(person.organization_id, address, facts.now);
    auto entry = deed(facts, actor, Event::user_created, 201, person);
    if (superseded > 0)
        entry.details["invitationsRevoked"] = superseded;
    entry.email = person.email;
    entry.details["role"] = std::string(to_text(person.role));
    co_await work.ledger().append(std::move(entry));
    if (person.role == Role::owner)
        co_await work.organizations().settle_owner(person.organization_id, facts.now);
}

Async<void> record_organization(
    UnitOfWork& work,
    RequestFacts const& facts,
    Actor actor,
    OrganizationId organization,
    bool was_personal
)
{
    auto entry = deed(facts, actor, Event::organization_created, 201, organization);
    entry.resource = "organization";
    entry.resource_id = organization.text();
    entry.details["wasPersonal"] = was_personal;
    co_await work.ledger().append(std::move(entry));
}

} // namespace gatehouse::domain
