// A person as answers show them: never a hash, secret, reset token or backup code.
#pragma once

#include "domain/users.h"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>

namespace gatehouse::domain {

// The members of both surfaces (api §3 register, §4 `user`); one shape, so that neither can drift.
struct PersonView {
    std::string id;
    std::string email;
    std::optional<std::string> pending_email;
    bool email_verified = false;
    std::string role;
    std::optional<std::string> name;
    std::optional<std::string> first_name;
    std::optional<std::string> last_name;
    std::string organization_id;
    std::string status;
    std::optional<std::string> image;
    std::optional<std::string> profile_picture;
    bool two_factor_enabled = false;
    Instant created_at;
    Instant updated_at;
};
BOOST_DESCRIBE_STRUCT(
    PersonView,
    (),
    (id,
     email,
     pending_email,
     email_verified,
     role,
     name,
     first_name,
     last_name,
     organization_id,
     status,
     image,
     profile_picture,
     two_factor_enabled,
     created_at,
     updated_at)
)

PersonView view_of(User const& user);

} // namespace gatehouse::domain
