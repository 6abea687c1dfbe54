// What is said when an application asks whether a token is good.
#pragma once

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace gatehouse::token_validation {

struct ValidateRequest {
    std::optional<std::string> token;
    // Of the person, where the application knows it: what their organization does not let in is not
    // valid.
    std::optional<std::string> ip_address;
};
BOOST_DESCRIBE_STRUCT(ValidateRequest, (), (token, ip_address))

struct Payload { // the claims, under the names that the token gives them
    std::string iss;
    std::optional<std::string> aud; // of access tokens alone
    std::string sub;
    std::string user_id;
    std::string email;
    std::string role;
    std::string organization_id;
    std::string sid;
    std::int64_t sv = 0;
    std::string jti;
    std::int64_t iat = 0; // seconds
    std::int64_t exp = 0; // seconds
};
BOOST_DESCRIBE_STRUCT(
    Payload, (), (iss, aud, sub, user_id, email, role, organization_id, sid, sv, jti, iat, exp)
)

struct Valid {
    bool valid = true;
    Payload payload;
};
BOOST_DESCRIBE_STRUCT(Valid, (), (valid, payload))

struct ActedPayload : Payload { // somebody else acts as `sub`
    std::string impersonator_id;
};
BOOST_DESCRIBE_STRUCT(ActedPayload, (Payload), (impersonator_id))

struct ValidForAnother {
    bool valid = true;
    ActedPayload payload;
};
BOOST_DESCRIBE_STRUCT(ValidForAnother, (), (valid, payload))

struct NotValid {
    bool valid = false;
};
BOOST_DESCRIBE_STRUCT(NotValid, (), (valid))

} // namespace gatehouse::token_validation
