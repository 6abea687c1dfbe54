// What is said when somebody sets a second factor up or takes it away.
#pragma once

#include "core/secret.h"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <vector>

namespace gatehouse::two_factor {

struct PasswordRequest {
    SecretString password;
};
BOOST_DESCRIBE_STRUCT(PasswordRequest, (), (password))

struct Enrolment { // the only time that these are shown
    SecretString totp_uri;
    SecretString qr_svg; // the same link as a picture
    std::vector<SecretString> backup_codes;
};
BOOST_DESCRIBE_STRUCT(Enrolment, (), (totp_uri, qr_svg, backup_codes))

struct BackupCodes {
    std::vector<SecretString> backup_codes;
};
BOOST_DESCRIBE_STRUCT(BackupCodes, (), (backup_codes))

struct CodeRequest {
    SecretString code;
};
BOOST_DESCRIBE_STRUCT(CodeRequest, (), (code))

struct BackupCodeRequest { // either name
    std::optional<SecretString> code;
    std::optional<SecretString> backup_code;
};
BOOST_DESCRIBE_STRUCT(BackupCodeRequest, (), (code, backup_code))

} // namespace gatehouse::two_factor
