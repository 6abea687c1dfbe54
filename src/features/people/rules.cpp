// Judging what is said about people.
#include "features/people/rules.h"

#include "core/text.h"
#include "domain/access.h"
#include "domain/refusal.h"
#include "protocols/password_text/email_address.h"
#include "protocols/password_text/names.h"
#include "protocols/password_text/password_rule.h"

namespace gatehouse::people {
namespace {
using domain::Actor;
using domain::invalid_field;
using domain::parse_role;
using domain::ProfileChange;
using domain::Reason;
using domain::Refusal;
using domain::Role;
using domain::UserStatus;
using domain::weak_password;

// An empty name is none.
std::optional<std::string> name_in(std::string const& field, std::string const& given)
{
    auto name = password_text::normalised_name(given);
    if (!name)
        throw invalid_field(field, "is longer than 100 characters or holds control characters");
    if (name->empty())
        return std::nullopt;
    return name;
}

} // namespace

std::string address_in(std::string const& given)
{
    std::string address(trimmed(given));
    if (auto const problem = password_text::problem_with_address(address))
        throw invalid_field("email", *problem);
    return address;
}

Role role_in(http::Given const& given)
{
    auto const* const text = given.value.text();
    auto const role = text ? parse_role(*text) : std::nullopt;
    if (!role)
        throw invalid_field("role", "must be one of owner, admin, manager, staff");
    return *role;
}

UserStatus status_in(std::string const& given)
{
    if (given == "active")
        return UserStatus::active;
    if (given == "suspended")
        return UserStatus::suspended;
    throw invalid_field("status", "must be active or suspended");
}

NewPerson understood(CreateRequest request, std::string organization_name)
{
    NewPerson person;
    person.organization_id = domain::OrganizationId(std::move(request.organization_id));
    person.email = address_in(request.email);
    std::vector<std::string> const known{
        person.email,
        request.first_name.value_or(""),
        request.last_name.value_or(""),
        std::move(organization_name)
    };
    if (auto const problem = password_text::problem_with_password(request.password, known))
        throw weak_password("password", *problem);
    person.password = std::move(request.password);
    person.role = request.role.is_there ? role_in(request.role) : Role::staff;
    person.first_name = name_in("firstName", request.first_name.value_or(""));
    person.last_name = name_in("lastName", request.last_name.value_or(""));
    return person;
}

ProfileChange understood(ChangeRequest const& request)
{
    ProfileChange change;
    if (request.first_name)
        change.first_name = name_in("firstName", *request.first_name);
    if (request.last_name)
        change.last_name = name_in("lastName", *request.last_name);
    return change;
}

void require_only_mutable(ChangeRequest const& request)
{
    Refusal refusal{.reason = Reason::immutable_field};
    std::string fields;
    auto const look = [&](http::Given const& given, char const* name) {
        if (!given.is_there)
            return;
        fields += (fields.empty() ? "" : "/") + std::string(name);
        refusal.details.push_back({name, "cannot be changed here"});
    };
    look(request.role, "role");
    look(request.organization_id, "organizationId");
    if (fields.empty())
        return;
    refusal.error = fields + " cannot be changed";
    throw refusal;
}

void require_grantable(Actor actor, http::Given const& role)
{
    auto const* const text = role.value.text();
    if (auto const wanted = text ? parse_role(*text) : std::nullopt)
        domain::require_may_make(actor, *wanted);
}

PersonView person_view_of(domain::User const& person)
{
    PersonView view;
    static_cast<domain::MemberView&>(view) = domain::member_view_of(person);
    if (person.custom_role_id)
        view.custom_role_id = person.custom_role_id->text();
    return view;
}

} // namespace gatehouse::people
