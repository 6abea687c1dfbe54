// What is said when a forgotten password is replaced.
#pragma once

#include "core/secret.h"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>

namespace gatehouse::password_reset {

struct ForgotRequest {
    std::string email;
    std::optional<std::string> organization_id;
};
BOOST_DESCRIBE_STRUCT(ForgotRequest, (), (email, organization_id))

struct ResetRequestBody {
    SecretString token;
    SecretString new_password;
};
BOOST_DESCRIBE_STRUCT(ResetRequestBody, (), (token, new_password))

} // namespace gatehouse::password_reset
