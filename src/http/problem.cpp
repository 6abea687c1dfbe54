// Status, code and fixed words of every reason, and the envelope around them.
#include "http/problem.h"

#include "core/json.h"

#include <algorithm>

namespace gatehouse::http {

namespace {
using domain::Reason;

struct Words {
    int status;
    std::string_view code;
    std::string_view error;
    std::string_view message;
};

// spec/api §1, in its order. No default: a new reason must be given its words.
Words words_of(Reason reason)
{
    switch (reason) {
    case Reason::validation:
        return {
            400,
            "VALIDATION",
            "Invalid request",
            "Something in the request is missing or not acceptable."
        };
    case Reason::weak_password:
        return {
            400,
            "WEAK_PASSWORD",
            "password does not meet the requirements",
            "Choose a longer or more varied password."
        };
    case Reason::link_invalid:
        return {400, "TOKEN_INVALID", "Invalid or used token", "Ask for a new link."};
    case Reason::link_expired:
        return {400, "TOKEN_EXPIRED", "Token expired", "The link has expired. Ask for a new one."};
    case Reason::self_action:
        return {
            400, "SELF_ACTION", "Not possible on oneself", "Ask another owner of the organization."
        };
    case Reason::last_owner:
        return {
            400,
            "LAST_OWNER",
            "The last active owner must stay",
            "Make somebody else an owner first."
        };
    case Reason::unauthorized:
        return {401, "UNAUTHORIZED", "Authentication required", "Sign in and send the token."};
    case Reason::invalid_credentials:
        return {
            401,
            "INVALID_CREDENTIALS",
            "Invalid credentials",
            "The email address or the password is not right."
        };
    case Reason::invalid_token:
        return {401, "INVALID_TOKEN", "Invalid token", "The token is not valid here."};
    case Reason::token_expired:
        return {401, "TOKEN_EXPIRED", "Token expired", "Refresh the token or sign in again."};
    case Reason::session_expired:
        return {401, "TOKEN_EXPIRED", "Session expired", "Sign in again."};
    case Reason::session_ended:
        return {401, "SESSION_INVALID", "Session ended", "Sign in again."};
    case Reason::session_invalidated:
        return {401, "SESSION_INVALIDATED", "Session no longer valid", "Sign in again."};
    case Reason::force_logout:
        return {401, "FORCE_LOGOUT", "Sign in again", "The session was ended for your safety."};
    case Reason::login_blocked:
        return {
            401,
            "LOGIN_BLOCKED",
            "Sign-in blocked",
            "This sign-in looks too unusual to be let through."
        };
    case Reason::two_factor_failed:
        return {
            401,
            "TWO_FACTOR_FAILED",
            "Invalid code",
            "The code is not right or was used before, or the sign-in has run out."
        };
    case Reason::forbidden:
        return {403, "FORBIDDEN", "Forbidden", "You may not do this."};
    case Reason::email_not_verified:
        return {
            403,
            "EMAIL_NOT_VERIFIED",
            "Email not verified",
            "Open the link in the message we sent you."
        };
    case Reason::account_suspended:
        return {
            403,
            "ACCOUNT_SUSPENDED",
            "Account suspended",
            "Ask an administrator of your organization."
        };
    case Reason::immutable_field:
        return {
            403,
            "IMMUTABLE_FIELD",
            "role/organizationId cannot be changed",
            "This member cannot be changed here."
        };
    case Reason::cross_site:
        return {
            403,
            "CSRF",
            "Request from another site refused",
            "The request does not come from this site."
        };
    case Reason::not_found:
        return {404, "NOT_FOUND", "Not found", "There is nothing here."};
    case Reason::vault_not_initialised:
        return {
            404, "VAULT_NOT_INITIALISED", "Vault not initialised", "Initialise the vault first."
        };
    case Reason::method_not_allowed:
        return {405, "METHOD_NOT_ALLOWED", "Method not allowed", "See the header Allow."};
    case Reason::email_already_registered:
        return {
            409,
            "EMAIL_ALREADY_REGISTERED",
            "Email already registered",
            "Sign in, or reset the password."
        };
    case Reason::choose_organization:
        return {
            409,
            "MULTI_TENANT_SELECT_REQUIRED",
            "Choose an organization",
            "Send organizationId with the login."
        };
    case Reason::conflict:
        return {409, "CONFLICT", "Conflict", "The present state does not allow this."};
    case Reason::reserved_name:
        return {409, "RESERVED_NAME", "Reserved name", "This name is reserved."};
    case Reason::zero_knowledge_active:
        return {
            409,
            "ZK_ACTIVE",
            "Zero-knowledge mode is active",
            "Switch zero-knowledge mode off first."
        };
    case Reason::zero_knowledge_rotate:
        return {
            409,
            "ZK_ROTATE_FORBIDDEN",
            "The key cannot be rotated in zero-knowledge mode",
            "Switch zero-knowledge mode off first."
        };
    case Reason::gone:
        return {410, "GONE", "Gone", "This was used, revoked or has expired."};
    case Reason::precondition_failed:
        return {
            412,
            "PRECONDITION_FAILED",
            "Precondition failed",
            "It was changed meanwhile. Read it again."
        };
    case Reason::payload_too_large:
        return {
            413,
            "PAYLOAD_TOO_LARGE",
            "Payload too large",
            "The body is larger than this route accepts."
        };
    case Reason::unsupported_media_type:
        return {
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            "Unsupported media type",
            "Send application/json, not compressed."
        };
    case Reason::account_locked:
        return {423, "ACCOUNT_LOCKED", "Account locked", "Too many failed attempts."};
    case Reason::step_up_required:
        return {428, "STEP_UP_REQUIRED", "STEP_UP_REQUIRED", "Prove once more that it is you."};
    case Reason::address_closed:
        return {429, "ACCOUNT_LOCKED", "Account locked", "Too many failed attempts."};
    case Reason::too_many_failures:
        return {
            429, "RATE_LIMITED", "Too many failed login attempts", "Wait before you try again."
        };
    case Reason::rate_limited:
        return {429, "RATE_LIMITED", "Too many requests", "Wait before you try again."};
    case Reason::header_too_large:
        return {
            431,
            "HEADER_TOO_LARGE",
            "Request header too large",
            "Send fewer or shorter header fields."
        };
    case Reason::service_unavailable:
        return {503, "SERVICE_UNAVAILABLE", "Service unavailable", "Try again in a moment."};
    }
    return {500, "INTERNAL", "Internal error", ""};
}

void append_text(std::string& body, std::string_view name, std::string_view value)
{
    body += name;
    json::append_escaped(body, value);
}

// 429 and 423 always say how long to wait; 503 at least a moment.
long seconds_to_wait(int status, domain::Refusal const& refusal)
{
    bool const waits = status == 429 || status == 423 || status == 503;
    return waits ? std::max(1L, refusal.retry_after_seconds.value_or(1)) : 0;
}

void append_details(std::string& body, std::vector<domain::FieldProblem> const& details)
{
    body += R"(,"details":[)";
    for (auto const& detail : details) {
        append_text(
            body, &detail == details.data() ? R"({"field":)" : R"(,{"field":)", detail.field
        );
        append_text(body, R"(,"problem":)", detail.problem);
        body += '}';
    }
    body += ']';
}

void begin_envelope(Response& into, Words const& words, std::string_view request_id)
{
    into.clear();
    into.status = words.status;
    into.say_json();
    auto& body = into.body;
    append_text(body, R"({"error":)", words.error);
    append_text(body, R"(,"code":)", words.code);
    append_text(body, R"(,"message":)", words.message);
    body += R"(,"status":)" + std::to_string(words.status);
    append_text(body, R"(,"requestId":)", request_id);
}
} // namespace

int status_of(Reason reason)
{
    return words_of(reason).status;
}
std::string_view code_of(Reason reason)
{
    return words_of(reason).code;
}

void write_problem(
    Response& into,
    domain::Refusal const& refusal,
    std::string_view request_id,
    std::string_view members
)
{
    auto words = words_of(refusal.reason);
    if (!refusal.error.empty())
        words.error = refusal.error;
    if (!refusal.message.empty())
        words.message = refusal.message;
    begin_envelope(into, words, request_id);
    auto& body = into.body;
    if (auto const wait = seconds_to_wait(words.status, refusal); wait > 0) {
        auto const seconds = std::to_string(wait);
        if (words.status != 503)
            body += R"(,"remainingSeconds":)" + seconds;
        body += R"(,"retryAfterSec":)" + seconds;
        into.set_header("Retry-After", seconds);
    }
    if (!refusal.details.empty())
        append_details(body, refusal.details);
    if (!members.empty())
        body.append(1, ',').append(members);
    body += '}';
    if (words.status == 401)
        into.set_header("WWW-Authenticate", "Bearer"); // RFC 6750 3
}

void write_fault(Response& into, Fault const& fault, std::string_view request_id)
{
    begin_envelope(into, {fault.status, fault.code, fault.error, fault.message}, request_id);
    into.body += '}';
}

void write_internal(Response& into, std::string_view request_id)
{
    begin_envelope(
        into, {500, "INTERNAL", "Internal error", "The request id leads to the cause."}, request_id
    );
    into.body += '}';
}

} // namespace gatehouse::http
