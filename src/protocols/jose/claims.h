// What our tokens say (spec/api §2), before signing and after a verified signature.
#pragma once

#include "core/time.h"

#include <cstdint>
#include <string>

namespace gatehouse::jose {

// The two kinds; no consumer takes one for the other unless it says so (RFC 9068 4, JWT-06).
enum class Use {
    access, // `typ: at+jwt`, 15 minutes, with an audience
    session_bound, // `typ: JWT`, the `token` of login and cookie
};

struct Claims {
    Use use = Use::session_bound;
    std::string issuer; // iss
    std::string audience; // aud; of access tokens alone
    std::string subject; // sub; session-bound tokens repeat it as userId
    std::string email;
    std::string role;
    std::string organization_id; // organizationId
    std::string session_id; // sid
    std::int64_t session_version = 1; // sv
    std::string token_id; // jti
    Instant issued_at; // iat, in whole seconds
    Instant expires_at; // exp, in whole seconds
};

// Types, and the algorithm of the shared secret, as the header spells them (RFC 7518 3.1, RFC 9068
// 2.1); those of our own keys are in algorithms.h.
inline constexpr char const* hs256 = "HS256";
inline constexpr char const* access_type = "at+jwt";
inline constexpr char const* session_bound_type = "JWT";
inline constexpr char const* shared_secret_kid = "hs1"; // of JWT_SECRET

} // namespace gatehouse::jose
