// Mailed links and pending second factors: spent by the write itself, once.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::domain {

enum class TokenPurpose {
    verify_email,
    change_email,
    reset_password,
    second_factor,
    magic_link,
    deny_sign_in, // "this was not me"
};
std::string_view to_text(TokenPurpose purpose);

struct OneTimeToken {
    OneTimeTokenId id;
    OrganizationId organization_id;
    UserId user_id;
    TokenPurpose purpose = TokenPurpose::verify_email;
    TokenDigest digest;
    std::optional<std::string> payload; // JSON text
    Instant created_at;
    Instant expires_at;
    std::optional<Instant> used_at;
    std::optional<std::string> requested_ip;
    std::int64_t attempts = 0; // wrong codes given with it
};

class OneTimeTokens {
public:
    virtual ~OneTimeTokens() = default;
    virtual Async<void> insert(OneTimeToken token) = 0;
    // True for exactly one caller, and only before it expires.
    virtual Async<bool> spend(OrganizationId organization, OneTimeTokenId token, Instant now) = 0;
    // One more wrong code was given with it.
    virtual Async<void> count_attempt(OrganizationId organization, OneTimeTokenId token) = 0;
    // What `before` stood for in the payloads of unused ones of one purpose, `after` stands for.
    virtual Async<void> rebind(
        OrganizationId organization,
        UserId user,
        TokenPurpose purpose,
        std::string before,
        std::string after
    ) = 0;
    // Voids the unused ones of one purpose; how many.
    virtual Async<std::int64_t>
    void_all(OrganizationId organization, UserId user, TokenPurpose purpose, Instant now) = 0;
};

} // namespace gatehouse::domain
