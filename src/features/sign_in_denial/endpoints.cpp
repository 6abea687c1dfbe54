// "This was not me": the page behind the mailed link, what it asks for, and the same within a
// session.
#include "features/sign_in_denial/endpoints.h"

#include "core/text.h"
#include "domain/success.h"
#include "features/sign_in_denial/denying.h"
#include "features/sign_in_denial/messages.h"
#include "features/sign_in_denial/page.h"
#include "http/request_facts.h"

#include <utility>

namespace gatehouse::sign_in_denial {
namespace {
using domain::invalid_field;
using domain::SessionId;
using domain::Success;
using domain::Surface;

// Safe: mail scanners and previews open links before people do.
constexpr http::Route page_route{
    .method = http::Method::get,
    .path = "/not-me",
    .operation = "signInDenialPage",
    .summary = "The page that asks whether a sign-in is to be denied; the link of a mail opens it",
    .tag = "authentication",
    .access = http::Access::anyone(),
    .audit = http::Audit::none("changes nothing"),
    .limit = http::Limit::anonymous,
    .surface = Surface::organization,
    .answers = "200 429",
};
constexpr http::Route link_route{
    .method = http::Method::post,
    .path = "/api/auth/not-me",
    .operation = "denySignIn",
    .summary = "Deny a sign-in with the token of the mailed link: everything ends, a reset begins",
    .tag = "authentication",
    .access = http::Access::anyone(),
    .audit = http::Audit::records("FORCE_LOGOUT PASSWORD_RESET_REQUESTED"),
    .limit = http::Limit::credential,
    .surface = Surface::organization,
    .answers = "200 400 403 413 415 429 503",
};
constexpr http::Route session_route{
    .method = http::Method::post,
    .path = "/api/auth/sessions/:id/not-me",
    .operation = "denySession",
    .summary = "Say that one of one's own sessions is not: everything ends, a reset begins",
    .tag = "authentication",
    .access = http::Access::session(),
    .audit = http::Audit::records("FORCE_LOGOUT PASSWORD_RESET_REQUESTED"),
    .limit = http::Limit::anonymous,
    .surface = Surface::organization,
    .answers = "200 400 401 403 404 413 415 429 503",
};

Success ended(WayBack way)
{
    Success answer;
    answer.message = way == WayBack::mailbox
        ? "Every sign-in has ended. Choose a new password by the link in your mailbox."
        : "Every sign-in has ended. The address of the account was changed after that sign-in, so "
          "nobody gets in until an administrator has looked.";
    return answer;
}

Async<http::Raw> show(http::Context& context, http::Nothing)
{
    auto const nonce = to_base64url(context.services.random.bytes(16));
    context.header("Content-Security-Policy", page_policy(nonce));
    context.no_store();
    co_return http::Raw{.content_type = "text/html; charset=utf-8", .body = page(nonce)};
}

Async<Success> deny(http::Context& context, DenialRequest request)
{
    if (request.token.empty())
        throw invalid_field("token", "is required");
    auto facts = http::facts_of(context);
    auto const way
        = co_await deny_with_link(context.services, std::move(facts), std::move(request.token));
    co_return ended(way);
}

Async<Success> deny_session(http::Context& context, http::Nothing)
{
    SessionId session(context.parameter("id"));
    auto facts = http::facts_of(context);
    auto const way = co_await deny_within_session(
        context.services, std::move(facts), context.caller(), std::move(session)
    );
    co_return ended(way);
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(page_route, show),
        http::endpoint(link_route, deny),
        http::endpoint(session_route, deny_session)
    };
}

} // namespace gatehouse::sign_in_denial
