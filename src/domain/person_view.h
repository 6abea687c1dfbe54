// A person as answers show them: never a hash, secret, reset token or backup code.
#pragma once

#include "domain/users.h"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <variant>

namespace gatehouse::domain {

struct AccountView { // on the account surface (api §3 register)
    std::string id;
    std::string email;
    std::string name;
    bool email_verified = false;
    std::optional<std::string> image;
    std::string organization_id;
    Instant created_at;
    Instant updated_at;
};
BOOST_DESCRIBE_STRUCT(
    AccountView,
    (),
    (id, email, name, email_verified, image, organization_id, created_at, updated_at)
)

struct MemberView { // on the organization surface (api §4 `user`)
    std::string id;
    std::string email;
    std::optional<std::string> pending_email;
    bool email_verified = false;
    std::string role;
    std::optional<std::string> first_name;
    std::optional<std::string> last_name;
    std::string organization_id;
    std::string status;
    std::optional<std::string> profile_picture;
    bool two_factor_enabled = false;
    Instant created_at;
    Instant updated_at;
};
BOOST_DESCRIBE_STRUCT(
    MemberView,
    (),
    (id,
     email,
     pending_email,
     email_verified,
     role,
     first_name,
     last_name,
     organization_id,
     status,
     profile_picture,
     two_factor_enabled,
     created_at,
     updated_at)
)

AccountView account_view_of(User const& user);
MemberView member_view_of(User const& user);

} // namespace gatehouse::domain
