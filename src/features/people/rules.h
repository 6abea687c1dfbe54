// What a person may be made of, and who may touch whom.
#pragma once

#include "domain/actor.h"
#include "domain/members.h"
#include "features/people/messages.h"

#include <optional>
#include <string>

namespace gatehouse::people {

struct NewPerson { // a request to create, checked
    domain::OrganizationId organization_id;
    std::string email;
    SecretString password;
    domain::Role role = domain::Role::staff;
    std::optional<std::string> first_name;
    std::optional<std::string> last_name;
};

// All throw Refusal.
NewPerson understood(CreateRequest request, std::string organization_name);
// Names alone: what becomes of an address is decided elsewhere.
domain::ProfileChange understood(ChangeRequest const& request);
std::string address_in(std::string const& given);
domain::Role role_in(http::Given const& given); // one of the four as it is, never coerced (I-8)
domain::UserStatus status_in(std::string const& given);

// I-1 and I-2: roles and organizations change elsewhere or never, for owners too.
void require_only_mutable(ChangeRequest const& request);
// I-5: an admin gives manager and staff alone.
void require_grantable(domain::Actor actor, http::Given const& role);

// What is said of a person, and what its version is of.
PersonView person_view_of(domain::User const& person);

} // namespace gatehouse::people
