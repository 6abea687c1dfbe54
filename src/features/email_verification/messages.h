// What is said when a mailbox is proven.
#pragma once

#include "core/secret.h"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>

namespace gatehouse::email_verification {

struct VerifyRequest { // of the mailed link
    std::optional<SecretString> token;
    std::optional<std::string> callback_url;
};
BOOST_DESCRIBE_STRUCT(VerifyRequest, (), (token, callback_url))

struct ResendRequest {
    std::string email;
    std::optional<std::string> callback_url;
};
BOOST_DESCRIBE_STRUCT(ResendRequest, (), (email, callback_url))

} // namespace gatehouse::email_verification
