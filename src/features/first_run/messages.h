// What is said when the first organization is made.
#pragma once

#include "core/secret.h"
#include "core/time.h"
#include "domain/organization_view.h"
#include "domain/person_view.h"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>

namespace gatehouse::first_run {

struct CheckRequest {
    SecretString token; // of the printed link
};
BOOST_DESCRIBE_STRUCT(CheckRequest, (), (token))

struct Checked {
    bool open = true; // else it was a refusal
};
BOOST_DESCRIBE_STRUCT(Checked, (), (open))

struct FoundRequest {
    SecretString token;
    std::string organization_name;
    std::optional<std::string> industry;
    std::optional<std::string> size; // any text, e.g. `1-10`
    std::string email; // of the owner, like what follows
    SecretString password;
    std::optional<std::string> first_name;
    std::optional<std::string> last_name;
};
BOOST_DESCRIBE_STRUCT(
    FoundRequest,
    (),
    (token, organization_name, industry, size, email, password, first_name, last_name)
)

struct Founded {
    domain::OrganizationView organization;
    domain::MemberView owner;
};
BOOST_DESCRIBE_STRUCT(Founded, (), (organization, owner))

} // namespace gatehouse::first_run
