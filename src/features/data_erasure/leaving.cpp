// The last owner.
#include "features/data_erasure/leaving.h"

#include "domain/members.h"
#include "domain/organizations.h"

#include <utility>

namespace gatehouse::data_erasure {

Async<bool> leaves_nobody_stranded(domain::UnitOfWork& work, domain::User person)
{
    if (person.role != domain::Role::owner)
        co_return true;
    auto const others
        = co_await work.members().active_owners_beside(person.organization_id, person.id);
    if (others > 0)
        co_return true;
    auto const organization = co_await work.organizations().find(person.organization_id);
    domain::MemberFilter everybody;
    auto const people = co_await work.members().count(person.organization_id, std::move(everybody));
    co_return organization
        && organization->kind == domain::OrganizationKind::personal&& people <= 1;
}

} // namespace gatehouse::data_erasure
