// What is said about one person.
#pragma once

#include "core/secret.h"
#include "domain/organization_view.h"
#include "domain/person_view.h"
#include "domain/role_view.h"
#include "http/describe.h"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <vector>

namespace gatehouse::people {

struct CreateRequest {
    std::string organization_id;
    std::string email;
    SecretString password;
    http::Given role; // absent: staff; anything but one of the four is refused, null too
    std::optional<std::string> first_name;
    std::optional<std::string> last_name;
};
BOOST_DESCRIBE_STRUCT(
    CreateRequest, (), (organization_id, email, password, role, first_name, last_name)
)

struct ChangeRequest { // absent or null: stays; an empty name is taken away
    std::optional<std::string> email;
    std::optional<std::string> first_name;
    std::optional<std::string> last_name;
    http::Given role; // refused wherever it is there (I-1)
    http::Given organization_id; // the same (I-2)
};
BOOST_DESCRIBE_STRUCT(ChangeRequest, (), (email, first_name, last_name, role, organization_id))

struct RoleRequest {
    http::Given role;
};
BOOST_DESCRIBE_STRUCT(RoleRequest, (), (role))

struct StatusRequest {
    std::string status; // active, suspended
};
BOOST_DESCRIBE_STRUCT(StatusRequest, (), (status))

struct AddressRequest { // of the query
    std::string email;
};
BOOST_DESCRIBE_STRUCT(AddressRequest, (), (email))

struct PersonView : domain::MemberView {
    std::optional<std::string> custom_role_id; // a role of the organization's own
};
BOOST_DESCRIBE_STRUCT(PersonView, (domain::MemberView), (custom_role_id))

struct MyView : PersonView {
    std::vector<std::string> permissions;
    std::vector<domain::PermissionCell> cells; // how far each of them reaches
    domain::OrganizationView organization;
};
BOOST_DESCRIBE_STRUCT(MyView, (PersonView), (permissions, cells, organization))

} // namespace gatehouse::people
