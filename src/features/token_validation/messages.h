// What is said when an application asks whether a token is good.
#pragma once

#include "domain/session_facts.h"
#include "domain/tokens.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::token_validation {

struct ValidateRequest {
    std::optional<std::string> token;
    // Of the person, where the application knows it: what their organization does not let in is not
    // valid.
    std::optional<std::string> ip_address;
};
BOOST_DESCRIBE_STRUCT(ValidateRequest, (), (token, ip_address))

// Views into what is answered about: this is asked for with every request of an application, and
// copies would be most of the work.
struct Payload { // the claims, under the names that the token gives them
    std::string_view iss;
    std::optional<std::string_view> aud; // of access tokens alone
    std::string_view sub;
    std::string_view user_id;
    std::string_view email;
    std::string_view role;
    std::string_view organization_id;
    std::string_view sid;
    std::int64_t sv = 0;
    std::string_view jti;
    std::int64_t iat = 0; // seconds
    std::int64_t exp = 0; // seconds
};
BOOST_DESCRIBE_STRUCT(
    Payload, (), (iss, aud, sub, user_id, email, role, organization_id, sid, sv, jti, iat, exp)
)

struct LookedAt { // what the views lie in
    domain::VerifiedToken token;
    std::shared_ptr<domain::SessionFacts const> facts;
};

struct Valid {
    bool valid = true;
    Payload payload;
    LookedAt looked_at; // not said
};
BOOST_DESCRIBE_STRUCT(Valid, (), (valid, payload))

struct ActedPayload : Payload { // somebody else acts as `sub`
    std::string_view impersonator_id;
};
BOOST_DESCRIBE_STRUCT(ActedPayload, (Payload), (impersonator_id))

struct ValidForAnother {
    bool valid = true;
    ActedPayload payload;
    LookedAt looked_at; // not said
};
BOOST_DESCRIBE_STRUCT(ValidForAnother, (), (valid, payload))

struct NotValid {
    bool valid = false;
};
BOOST_DESCRIBE_STRUCT(NotValid, (), (valid))

} // namespace gatehouse::token_validation
