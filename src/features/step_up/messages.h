// What is said about a step-up.
#pragma once

#include "core/secret.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::step_up {

struct AskRequest {
    std::string purpose;
};
BOOST_DESCRIBE_STRUCT(AskRequest, (), (purpose))

struct SendRequest {
    std::string challenge_id;
    std::optional<std::string> device_fingerprint; // at a sign-in that named one
};
BOOST_DESCRIBE_STRUCT(SendRequest, (), (challenge_id, device_fingerprint))

struct VerifyRequest { // with one of the two codes
    std::string challenge_id;
    std::optional<SecretString> code; // six digits; or a backup code
    std::optional<SecretString> backup_code; // where an import left one of six digits
    std::optional<std::string> device_fingerprint; // at a sign-in that named one
};
BOOST_DESCRIBE_STRUCT(VerifyRequest, (), (challenge_id, code, backup_code, device_fingerprint))

struct Verified {
    bool success = true;
    std::string message;
    std::string purpose;
    std::int64_t expires_in = 0; // seconds for which it counts
};
BOOST_DESCRIBE_STRUCT(Verified, (), (success, message, purpose, expires_in))

} // namespace gatehouse::step_up
