// Why a request is refused: a stable reason and words for the client, never a cause.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::domain {

// One for each `code` of spec/api §1; http/problem.cpp gives each its status, code and fixed text.
enum class Reason {
    validation,
    weak_password,
    link_invalid, // 400 TOKEN_INVALID, mailed links
    link_expired, // 400 TOKEN_EXPIRED, mailed links
    self_action, // 400: nobody deletes, suspends or demotes themselves (I-3)
    last_owner, // 400: an organization keeps an active owner (I-4)
    unauthorized,
    invalid_credentials,
    invalid_token,
    token_expired, // 401 TOKEN_EXPIRED "Token expired"
    session_expired, // 401 TOKEN_EXPIRED "Session expired"
    session_ended, // 401 SESSION_INVALID
    session_invalidated,
    force_logout,
    login_blocked,
    two_factor_failed,
    forbidden,
    email_not_verified,
    account_suspended,
    immutable_field,
    cross_site, // 403 CSRF
    not_found,
    vault_not_initialised,
    method_not_allowed,
    email_already_registered,
    choose_organization, // 409 MULTI_TENANT_SELECT_REQUIRED
    conflict,
    reserved_name,
    zero_knowledge_active, // 409 ZK_ACTIVE
    zero_knowledge_rotate, // 409 ZK_ROTATE_FORBIDDEN
    gone,
    precondition_failed,
    payload_too_large,
    unsupported_media_type,
    account_locked, // 423 on the organization surface
    address_closed, // 429 ACCOUNT_LOCKED on the account surface
    too_many_failures, // 429 RATE_LIMITED "Too many failed login attempts"
    step_up_required,
    rate_limited, // 429 RATE_LIMITED "Too many requests"
    header_too_large, // 431
    service_unavailable,
};

struct FieldProblem {
    std::string field;
    std::string problem;
};

// Thrown by a handler, or carried by a Result; ends as one problem answer.
struct Refusal {
    Reason reason;
    std::string error = {}; // replaces the fixed text of the reason where not empty
    std::string message = {}; // a longer hint
    std::vector<FieldProblem> details = {};
    std::optional<long> retry_after_seconds = {}; // 429, 423, 503
};

template <class T = void> using Result = std::expected<T, Refusal>;

// The value, or the end of the request.
template <class T> T require(Result<T> result)
{
    if (!result)
        throw std::move(result.error());
    return std::move(*result);
}

inline void require(Result<void> result)
{
    if (!result)
        throw std::move(result.error());
}

inline Refusal because(Reason reason)
{
    return Refusal{.reason = reason};
}

// A bad member of a request: the text names the field, as validation answers must.
inline Refusal invalid_field(std::string field, std::string problem)
{
    Refusal refusal{.reason = Reason::validation};
    refusal.error = field + " " + problem;
    refusal.details.push_back({std::move(field), std::move(problem)});
    return refusal;
}

// A member that says what never changes (decisions D-17, D-79): refused whatever it says.
inline Refusal immutable_field(std::string field)
{
    Refusal refusal{.reason = Reason::immutable_field};
    refusal.error = field + " cannot be changed";
    refusal.details.push_back({std::move(field), "cannot be changed here"});
    return refusal;
}

// A password that may not be set: the text says what is missing.
inline Refusal weak_password(std::string field, std::string problem)
{
    Refusal refusal{.reason = Reason::weak_password, .error = problem};
    refusal.details.push_back({std::move(field), std::move(problem)});
    return refusal;
}

} // namespace gatehouse::domain
