// Address, names and organization of a person.
#include "domain/known_words.h"

#include "domain/organizations.h"

namespace gatehouse::domain {

std::vector<std::string> known_of(User const& person, std::string organization_name)
{
    std::vector<std::string> known{person.email, std::move(organization_name)};
    for (auto const* const name :
         {&person.name, &person.first_name, &person.last_name, &person.pending_email})
        if (*name)
            known.push_back(**name);
    return known;
}

Async<std::vector<std::string>> known_of(UnitOfWork& work, User person)
{
    auto const organization = co_await work.organizations().find(person.organization_id);
    co_return known_of(person, organization ? organization->name : std::string());
}

} // namespace gatehouse::domain
