// Replacing one's own password: proven first, then every other session ends and this one stays.
#include "features/password_change/endpoints.h"

#include "domain/access.h"
#include "domain/attempts.h"
#include "domain/deed.h"
#include "domain/ending_session.h"
#include "domain/known_words.h"
#include "domain/mail.h"
#include "domain/members.h"
#include "domain/notifications.h"
#include "domain/one_time_tokens.h"
#include "domain/password_proof.h"
#include "domain/refresh_tokens.h"
#include "domain/success.h"
#include "features/password_change/messages.h"
#include "http/request_facts.h"
#include "protocols/mail_text/mail_order.h"
#include "protocols/password_text/password_rule.h"

#include <array>
#include <stdexcept>

namespace gatehouse::password_change {
namespace {
using domain::Actor;
using domain::CanonicalAddress;
using domain::end_sessions;
using domain::Event;
using domain::invalid_field;
using domain::MailToQueue;
using domain::Permission;
using domain::RefreshEnd;
using domain::SessionEnd;
using domain::Success;
using domain::Surface;
using domain::TokenPurpose;
using domain::UnitOfWork;
using domain::User;
using domain::weak_password;

constexpr int tries = 4; // how often the password may change under our hands before we give up
constexpr std::array voided{
    TokenPurpose::reset_password, TokenPurpose::second_factor, TokenPurpose::magic_link
};
constexpr std::string_view events
    = "PASSWORD_CHANGED LOGIN_FAILURE ACCOUNT_LOCKED PERMISSION_DENIED";

constexpr http::Route account_route{
    .method = http::Method::post,
    .path = "/api/v1/auth/change-password",
    .operation = "accountChangePassword",
    .summary = "Replace one's own password; every other session ends",
    .tag = "account",
    .access = http::Access::session(),
    .audit = http::Audit::records(events),
    .limit = http::Limit::anonymous,
    .surface = Surface::account,
    .answers = "200 400 401 403 413 415 429 503",
};
constexpr http::Route organization_route{
    .method = http::Method::post,
    .path = "/api/users/me/password",
    .operation = "changePassword",
    .summary = "Replace one's own password; every other session ends",
    .tag = "users",
    .access = http::Access::session(),
    .audit = http::Audit::records(events),
    .limit = http::Limit::anonymous,
    .surface = Surface::organization,
    .answers = "200 400 401 403 413 415 423 429 503",
};

Async<void> may_change(http::Context& context)
{
    domain::require_permission(context.actor(), Permission::password_change);
    co_return;
}

// Said before anything is proven, so that it says nothing about the password that is.
Async<void> require_usable(http::Context& context, ChangeRequest const& request)
{
    if (request.current_password.empty())
        throw invalid_field("currentPassword", "is required");
    auto const work = co_await context.services.storage.read();
    auto const known = co_await domain::known_of(*work, context.caller().user);
    auto const problem = password_text::problem_with_replacement(
        request.new_password, request.current_password, known
    );
    if (problem)
        throw weak_password("newPassword", *problem);
}

Async<void> end_the_others(http::Context& context, UnitOfWork& work)
{
    auto const& caller = context.caller();
    co_await end_sessions(
        work,
        caller.user,
        caller.session_id(),
        SessionEnd::password_changed,
        RefreshEnd::security_event,
        context.now
    );
    for (auto const purpose : voided)
        co_await work.one_time_tokens().void_all(
            caller.organization_id(), caller.user_id(), purpose, context.now
        );
}

Async<void> record_and_tell(http::Context& context, UnitOfWork& work, User const& person)
{
    auto const facts = http::facts_of(context);
    auto const actor = Actor::person(context.caller());
    auto const row = co_await work.ledger().append(
        domain::deed(facts, actor, Event::password_changed, 200, person)
    );
    mail_text::MailOrder order{
        .kind = mail_text::MailKind::password_changed,
        .recipient = person.email,
        .recipient_name = person.name.value_or("")
    };
    order.happened_at = context.now;
    MailToQueue mail{
        .organization_id = person.organization_id,
        .recipient = person.email,
        .payload = mail_text::to_payload(order),
        .dedupe_key = {},
        .ledger_id = row
    };
    co_await domain::queue_mail(context.services, work, std::move(mail), context.now);
}

// False: the hash is not the one that was proven any more, and nothing was written.
Async<bool> replace(http::Context& context, User proven, crypto::StoredPassword password)
{
    auto work = co_await context.services.storage.begin();
    CanonicalAddress const address(proven.email);
    co_await work->attempts().lock(address);
    co_await domain::hold_own_organization(*work, context.caller());
    // A session that was ended meanwhile changes nothing any more: perhaps it was ended for this.
    co_await domain::caller_as_stored(*work, context.caller(), context.now);
    co_await end_the_others(context, *work);
    bool const replaced = co_await work->users().change_password(
        proven.organization_id, proven.id, proven.password->hash, std::move(password), context.now
    );
    if (!replaced)
        co_return false; // uncommitted: the sessions live on
    co_await record_and_tell(context, *work, proven);
    json::Object nothing_more;
    co_await work->members().notifications().add(
        proven.organization_id,
        proven.id,
        domain::NotificationKind::password_changed,
        std::move(nothing_more),
        context.now
    );
    co_await work->commit();
    context.services.risk_scores.forget(proven.id);
    context.services.mail_waits();
    co_return true;
}

// The password that was proven, with nothing held: what follows is hashed outside units of work.
Async<User> prove(http::Context& context, ChangeRequest const& request)
{
    auto held = co_await domain::prove_password(
        context.services, http::facts_of(context), context.caller(), request.current_password
    );
    co_return std::move(held.user);
}

Async<Success> change(http::Context& context, ChangeRequest request)
{
    co_await require_usable(context, request);
    for (int time = 0; time < tries; ++time) {
        auto const proven = co_await prove(context, request);
        auto fresh = co_await context.services.passwords.hash(request.new_password.duplicate());
        bool const replaced = co_await replace(context, proven, std::move(fresh));
        if (replaced) {
            Success answer;
            answer.message = "The password has been replaced. Other sessions have ended.";
            co_return answer;
        }
    }
    throw std::runtime_error("a password changed at every try");
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(account_route, may_change, change),
        http::endpoint(organization_route, may_change, change)
    };
}

} // namespace gatehouse::password_change
