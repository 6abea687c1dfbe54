// What is said to deny a sign-in.
#pragma once

#include "core/secret.h"

#include <boost/describe/class.hpp>

namespace gatehouse::sign_in_denial {

struct DenialRequest {
    SecretString token; // of the mailed link
};
BOOST_DESCRIBE_STRUCT(DenialRequest, (), (token))

} // namespace gatehouse::sign_in_denial
