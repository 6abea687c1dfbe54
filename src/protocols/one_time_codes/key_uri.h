// The `otpauth:` link (Key URI format) and its picture, from which an authenticator learns a
// secret.
#pragma once

#include "core/secret.h"

#include <string>
#include <string_view>

namespace gatehouse::one_time_codes {

// `otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=…&algorithm=SHA1&digits=6&period=30`. A colon in a
// name would end the issuer, so it is left out.
[[nodiscard]] SecretString
key_uri(std::string_view issuer, std::string_view account, SecretString const& base32_secret);

// The host of an address such as `https://id.example.test:8443/x`: what an installation is called.
[[nodiscard]] std::string issuer_of(std::string_view public_url);

// A QR code as an SVG document: black on white, with the quiet zone that readers need.
[[nodiscard]] SecretString qr_picture(SecretString const& text);

} // namespace gatehouse::one_time_codes
