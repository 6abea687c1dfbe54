// What is said when somebody replaces their own password.
#pragma once

#include "core/secret.h"

#include <boost/describe/class.hpp>

namespace gatehouse::password_change {

struct ChangeRequest {
    SecretString current_password;
    SecretString new_password;
};
BOOST_DESCRIBE_STRUCT(ChangeRequest, (), (current_password, new_password))

} // namespace gatehouse::password_change
