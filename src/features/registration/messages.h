// What is said when somebody registers.
#pragma once

#include "core/secret.h"
#include "domain/person_view.h"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>

namespace gatehouse::registration {

struct RegisterRequest {
    std::string email;
    SecretString password;
    std::optional<std::string> name; // default: the local part of the address
    std::optional<std::string> callback_url;
};
BOOST_DESCRIBE_STRUCT(RegisterRequest, (), (email, password, name, callback_url))

struct Registered {
    domain::AccountView user;
    std::optional<std::string> token; // always null: the mailbox comes first
};
BOOST_DESCRIBE_STRUCT(Registered, (), (user, token))

} // namespace gatehouse::registration
