// Signing out: on the account surface the end state counts, on the organization surface the fact
// (D-46).
#include "features/logout/endpoints.h"

#include "domain/access.h"
#include "domain/directory.h"
#include "domain/ending_session.h"
#include "domain/ledger.h"
#include "domain/opaque_token.h"
#include "domain/refresh_tokens.h"
#include "domain/session_check.h"
#include "domain/success.h"
#include "features/logout/messages.h"
#include "http/request_facts.h"

namespace gatehouse::logout {
namespace {
using domain::Caller;
using domain::digest_of;
using domain::Event;
using domain::ledger_entry;
using domain::log_out;
using domain::Outcome;
using domain::Reason;
using domain::RefreshEnd;
using domain::Refusal;
using domain::SessionFacts;
using domain::SessionId;
using domain::Success;
using domain::Surface;
using domain::UnitOfWork;

constexpr http::Route account_route{
    .method = http::Method::post,
    .path = "/api/v1/auth/logout",
    .operation = "accountLogout",
    .summary = "Sign out: end the session behind bearer, cookie or refresh token",
    .tag = "account",
    .access = http::Access::credential_optional(),
    .audit = http::Audit::records("LOGOUT"),
    .limit = http::Limit::anonymous,
    .surface = Surface::account,
    .answers = "200 400 403 413 415 429 503",
};
constexpr http::Route organization_route{
    .method = http::Method::post,
    .path = "/api/auth/logout",
    .operation = "organizationLogout",
    .summary = "Sign out: end the session of this request",
    .tag = "authentication",
    .access = http::Access::session(),
    .audit = http::Audit::records("LOGOUT"),
    .limit = http::Limit::anonymous,
    .surface = Surface::organization,
    .answers = "200 400 401 403 413 415 429 503",
    .while_enrolling = true,
    .from_anywhere = true, // whoever leaves may leave
};

constexpr http::Route everywhere_route{
    .method = http::Method::post,
    .path = "/api/auth/logout-all",
    .operation = "logoutEverywhere",
    .summary = "Sign out everywhere: end every session of one's own, this one too",
    .tag = "authentication",
    .access = http::Access::session(),
    .audit = http::Audit::records("LOGOUT_ALL"),
    .limit = http::Limit::anonymous,
    .surface = Surface::organization,
    .answers = "200 401 403 413 415 429 503",
    .while_enrolling = true,
    .from_anywhere = true,
};

// An impersonation has no cookies: those in the browser are of whoever began it, and they stay.
Success signed_out(http::Context& context, bool was_impersonation)
{
    if (!was_impersonation) {
        context.set_cookie(http::cleared_session_cookie());
        context.set_cookie(http::cleared_refresh_cookie());
    }
    Success answer;
    answer.message = "Signed out.";
    return answer;
}

// Which session the credential names, live or not. A token that has run out still says whose
// session to end: anything else would leave it alive behind a `success`.
Async<std::optional<SessionFacts>>
session_behind(http::Context& context, UnitOfWork& work, LogoutRequest const& request)
{
    std::optional<SessionId> named;
    if (auto const& presented = context.presented_token()) {
        auto const verified
            = co_await context.services.tokens.verify_without_expiry_check(*presented, &work);
        if (verified)
            named = verified->claims().session_id;
    }
    if (!named && request.refresh_token) {
        auto const found
            = co_await work.directory().refresh_token(digest_of(*request.refresh_token));
        // Only a token that still refreshes speaks for its session: an old one may be stolen.
        if (found && !found->is_revoked && !found->revoked_at && found->expires_at > context.now)
            named = found->session_id;
    }
    if (!named)
        co_return std::nullopt;
    co_return co_await work.directory().session(*named);
}

// A session of a suspended person is not live and ends all the same: it would come back to life
// with its owner.
bool can_still_end(SessionFacts const& facts, Instant now)
{
    auto const& session = facts.session;
    return !session.logged_out_at && !session.revoked_at && session.expires_at > now
        && session.absolute_expires_at > now
        && session.session_version == facts.user.session_version;
}

Async<Success> log_out_of_account(http::Context& context, LogoutRequest request)
{
    auto work = co_await context.services.storage.begin();
    auto facts = co_await session_behind(context, *work, request);
    bool ended = false;
    bool const was_impersonation = facts && facts->session.impersonation;
    if (facts && can_still_end(*facts, context.now)) {
        Caller const caller(std::make_shared<SessionFacts const>(*std::move(facts)));
        ended = co_await log_out(*work, http::facts_of(context), caller);
    }
    // Also where somebody else has just ended it: the answer waits until that is on disk.
    co_await work->commit();
    if (!ended)
        context.count_as_anonymous();
    co_return signed_out(context, was_impersonation);
}

Async<Success> log_out_of_organization(http::Context& context, LogoutRequest)
{
    auto work = co_await context.services.storage.begin();
    bool const ended = co_await log_out(*work, http::facts_of(context), context.caller());
    co_await work->commit();
    if (!ended) // somebody was faster: there is no live session here (decisions D-46)
        throw Refusal{.reason = Reason::session_ended};
    bool const was_impersonation = context.caller().session.impersonation.has_value();
    co_return signed_out(context, was_impersonation);
}

// One row for all of them: who asked, from which session, and how many ended.
Async<Success> log_out_everywhere(http::Context& context, http::Nothing)
{
    auto const& caller = context.caller();
    auto const& organization = caller.organization_id();
    auto work = co_await context.services.storage.begin();
    co_await domain::hold_own_organization(*work, caller);
    bool const was_live
        = co_await work->sessions().log_out(organization, caller.session_id(), context.now);
    if (!was_live) { // somebody was faster: an ended session ends no others
        co_await work->commit();
        throw Refusal{.reason = Reason::session_ended};
    }
    auto const others
        = co_await work->sessions().log_out_all(organization, caller.user_id(), context.now);
    co_await work->refresh_tokens().revoke_all(
        organization, caller.user_id(), std::nullopt, RefreshEnd::logout, context.now
    );
    auto const facts = http::facts_of(context);
    auto entry = ledger_entry(facts, Event::logout_all, Outcome::success, 200, caller.user);
    entry.session_id = caller.session_id();
    entry.details["sessions"] = others + 1;
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
    context.services.risk_scores.forget(caller.user_id());
    co_return signed_out(context, false);
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(account_route, log_out_of_account),
        http::endpoint(organization_route, log_out_of_organization),
        http::endpoint(everywhere_route, log_out_everywhere)
    };
}

} // namespace gatehouse::logout
