// Replacing a forgotten password: asking for a link, and using it.
#include "features/password_reset/endpoints.h"

#include "core/even_time.h"
#include "domain/success.h"
#include "features/password_reset/asking.h"
#include "features/password_reset/messages.h"
#include "features/password_reset/resetting.h"
#include "http/request_facts.h"

namespace gatehouse::password_reset {
namespace {
using domain::CanonicalAddress;
using domain::invalid_field;
using domain::OrganizationId;
using domain::Success;
using domain::Surface;

constexpr std::chrono::milliseconds answer_step{25};

constexpr http::Route account_forgot_route{
    .method = http::Method::post,
    .path = "/api/v1/auth/forgot-password",
    .operation = "accountForgotPassword",
    .summary = "Ask for a mail with a link that replaces a forgotten password",
    .tag = "account",
    .access = http::Access::anyone(),
    .audit = http::Audit::records("PASSWORD_RESET_REQUESTED"),
    .limit = http::Limit::credential,
    .surface = Surface::account,
    .answers = "200 400 403 413 415 429 503",
};
constexpr http::Route organization_forgot_route{
    .method = http::Method::post,
    .path = "/api/auth/forgot-password",
    .operation = "forgotPassword",
    .summary = "Ask for a mail with a link that replaces a forgotten password",
    .tag = "authentication",
    .access = http::Access::anyone(),
    .audit = http::Audit::records("PASSWORD_RESET_REQUESTED"),
    .limit = http::Limit::credential,
    .surface = Surface::organization,
    .answers = "200 400 403 413 415 429 503",
};
constexpr http::Route organization_reset_route{
    .method = http::Method::post,
    .path = "/api/auth/reset-password",
    .operation = "resetPassword",
    .summary = "Replace a forgotten password with the token of the mailed link",
    .tag = "authentication",
    .access = http::Access::anyone(),
    .audit = http::Audit::records("PASSWORD_RESET_COMPLETED"),
    .limit = http::Limit::credential,
    .surface = Surface::organization,
    .answers = "200 400 403 413 415 429 503",
};
constexpr http::Route account_reset_route{
    .method = http::Method::post,
    .path = "/api/v1/auth/reset-password",
    .operation = "accountResetPassword",
    .summary = "Replace a forgotten password with the token of the mailed link",
    .tag = "account",
    .access = http::Access::anyone(),
    .audit = http::Audit::records("PASSWORD_RESET_COMPLETED"),
    .limit = http::Limit::credential,
    .surface = Surface::account,
    .answers = "200 400 403 413 415 429 503",
};

// One answer for known, unknown, malformed, suspended and deleted addresses (decisions D-73).
Async<Success> forgot(http::Context& context, ForgotRequest request)
{
    if (trimmed(request.email).empty())
        throw invalid_field("email", "is required");
    std::optional<OrganizationId> named;
    if (request.organization_id && !request.organization_id->empty())
        named = OrganizationId(*request.organization_id);
    CanonicalAddress const address(request.email);
    auto const began = std::chrono::steady_clock::now();
    co_await ask(context.services, http::facts_of(context), address, named);
    co_await wait_for_step(began, answer_step); // a known address takes longer to write down
    Success answer;
    answer.message = "If an account exists for that address, a message has been sent.";
    co_return answer;
}

Async<Success> use_link(http::Context& context, ResetRequestBody request)
{
    if (request.token.empty())
        throw invalid_field("token", "is required");
    co_await reset(
        context.services,
        http::facts_of(context),
        std::move(request.token),
        std::move(request.new_password)
    );
    Success answer;
    answer.message = "The password has been replaced. Sign in with the new one.";
    co_return answer;
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(account_forgot_route, forgot),
        http::endpoint(organization_forgot_route, forgot),
        http::endpoint(account_reset_route, use_link),
        http::endpoint(organization_reset_route, use_link)
    };
}

} // namespace gatehouse::password_reset
