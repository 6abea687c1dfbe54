// What is said when somebody signs in.
#pragma once

#include "core/secret.h"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <vector>

namespace gatehouse::login {

struct LoginRequest {
    std::string email; // never checked for its form: at worst an unknown address
    SecretString password;
    std::optional<bool> remember_me;
    std::optional<std::string> organization_id;
    std::optional<std::string> device_id;
    std::optional<std::string> device_name;
    std::optional<std::string> device_fingerprint;
    std::optional<std::string> country;
    std::optional<std::string> city;
};
BOOST_DESCRIBE_STRUCT(
    LoginRequest,
    (),
    (email,
     password,
     remember_me,
     organization_id,
     device_id,
     device_name,
     device_fingerprint,
     country,
     city)
)

struct SecondFactorWanted { // 202
    bool requires_2fa = true;
    SecretString temp_token;
    std::vector<std::string> methods;
};
BOOST_DESCRIBE_STRUCT(SecondFactorWanted, (), (requires_2fa, temp_token, methods))

struct SecondStepRequest { // with one of the two codes
    std::optional<SecretString> temp_token;
    std::optional<SecretString> code; // of an authenticator
    std::optional<SecretString> backup_code;
};
BOOST_DESCRIBE_STRUCT(SecondStepRequest, (), (temp_token, code, backup_code))

struct OrganizationChoice {
    std::string id;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(OrganizationChoice, (), (id, name))

struct OrganizationChoices { // 409: only those whose password was proven
    std::vector<OrganizationChoice> organizations;
};
BOOST_DESCRIBE_STRUCT(OrganizationChoices, (), (organizations))

} // namespace gatehouse::login
