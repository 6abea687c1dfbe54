// The addresses, in the unit of work of what is told.
#include "domain/erasure_notices.h"

#include "domain/directory.h"
#include "domain/email_address.h"
#include "domain/erasures.h"
#include "domain/members.h"

#include <utility>

namespace gatehouse::domain {

Async<std::vector<std::string>>
told_of_erasure(UnitOfWork& work, User person, std::optional<std::string> asked_with)
{
    std::vector<std::string> told;
    if (person.status != UserStatus::active)
        co_return told;
    told.push_back(person.email);
    CanonicalAddress const present(person.email);
    if (!asked_with || *asked_with == present.text())
        co_return told;
    CanonicalAddress const before(*asked_with);
    bool const is_of_another = co_await work.directory().address_is_in_use(before, person.id);
    if (!is_of_another)
        told.push_back(*std::move(asked_with));
    co_return told;
}

Async<std::optional<Instant>> erasure_to_come(UnitOfWork& work, User person)
{
    if (person.status != UserStatus::active)
        co_return std::nullopt;
    auto const erasure = co_await work.members().erasures().find(person.organization_id, person.id);
    if (!erasure || erasure->cause != ErasureCause::requested || erasure->ended_at)
        co_return std::nullopt;
    co_return erasure->due_at;
}

} // namespace gatehouse::domain
