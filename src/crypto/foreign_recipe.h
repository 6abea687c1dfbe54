// Foreign password hashes read into what they are made of: function, cost, salt, result.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace gatehouse::crypto {

struct Pbkdf2 { // RFC 8018 5.2
    char const* digest; // as OpenSSL calls it
    std::uint64_t iterations;
};
struct Scrypt { // RFC 7914
    std::uint64_t n;
    std::uint64_t r;
    std::uint64_t p;
};
struct SaltedDigest { // digest of password ‖ salt (LDAP)
    char const* digest;
};

struct Recipe {
    std::variant<Pbkdf2, Scrypt, SaltedDigest> function;
    std::string salt;
    std::string expected;
};

// Understands `pbkdf2_sha256$…` (Django), `$pbkdf2-sha256$…` (passlib and PHC), `pbkdf2:sha256:…`
// and `scrypt:…` (Werkzeug), `$scrypt$ln=…` (passlib and PHC), `salt:key` in hexadecimal (scrypt as
// better-auth does it), `{SSHA}`, `{SSHA256}`, `{SSHA512}`. Nothing for every other form, and for
// costs beyond two million iterations, 256 MiB or 1 GiB of work.
[[nodiscard]] std::optional<Recipe> read_recipe(std::string_view hash);

} // namespace gatehouse::crypto
