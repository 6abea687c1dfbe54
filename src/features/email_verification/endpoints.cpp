// Proving a mailbox by the mailed link, and asking for another link.
#include "features/email_verification/endpoints.h"

#include "core/even_time.h"
#include "domain/callback.h"
#include "domain/directory.h"
#include "domain/ledger.h"
#include "domain/mail.h"
#include "domain/mail_requests.h"
#include "domain/one_time_tokens.h"
#include "domain/opaque_token.h"
#include "domain/organizations.h"
#include "domain/success.h"
#include "domain/verification.h"
#include "features/email_verification/changing_address.h"
#include "features/email_verification/messages.h"
#include "http/request_facts.h"
#include "protocols/mail_text/mail_order.h"

namespace gatehouse::email_verification {
namespace {
using domain::begin_verification;
using domain::callback_is_allowed;
using domain::CanonicalAddress;
using domain::count_mail_request;
using domain::digest_of;
using domain::Event;
using domain::invalid_field;
using domain::ledger_entry;
using domain::MailCeiling;
using domain::MailToQueue;
using domain::Outcome;
using domain::queue_mail;
using domain::Settings;
using domain::Success;
using domain::Surface;
using domain::TokenPurpose;
using domain::UnitOfWork;
using domain::User;
using domain::UserStatus;
using domain::with_parameter;

constexpr std::chrono::milliseconds answer_step{25};
constexpr MailCeiling resend_ceiling{.purpose = "resend-verification", .most = 5, .within = 1h};

constexpr http::Route verify_route{
    .method = http::Method::get,
    .path = "/api/auth/verify-email",
    .operation = "verifyEmail",
    .summary = "Prove a mailbox by the link that was mailed to it",
    .tag = "account",
    .access = http::Access::anyone(),
    .audit = http::Audit::records("EMAIL_VERIFIED EMAIL_CHANGED"),
    .limit = http::Limit::credential,
    .surface = Surface::account,
    .answers = "302 429 503",
};
constexpr http::Route resend_route{
    .method = http::Method::post,
    .path = "/api/v1/auth/resend-verification",
    .operation = "resendVerification",
    .summary = "Mail another link to an address that is not yet proven",
    .tag = "account",
    .access = http::Access::anyone(),
    .audit = http::Audit::records("VERIFICATION_RESENT"),
    .limit = http::Limit::credential,
    .surface = Surface::account,
    .answers = "200 400 403 413 415 429 503",
};

// Mail scanners open links twice: a used link is as good as a fresh one, and changes nothing
// (D-77).
Async<Proof> prove(http::Context& context, SecretString token)
{
    auto work = co_await context.services.storage.begin();
    auto const found = co_await work->directory().one_time_token(digest_of(token));
    if (found && found->purpose == TokenPurpose::change_email) {
        auto const outcome = co_await change_address(context, *work, *found);
        co_return outcome;
    }
    if (!found || found->purpose != TokenPurpose::verify_email)
        co_return Proof::invalid;
    if (found->used_at) {
        co_await work->commit(); // the answer waits until what it rests on is on disk
        co_return Proof::proven;
    }
    if (found->expires_at <= context.now)
        co_return Proof::expired;
    auto const& organization = found->organization_id;
    bool const there = co_await work->organizations().hold(organization);
    if (!there)
        co_return Proof::invalid;
    bool const spent = co_await work->one_time_tokens().spend(organization, found->id, context.now);
    if (!spent) { // somebody else spent it just now
        co_await work->commit();
        co_return Proof::proven;
    }
    auto const user = co_await work->users().find(organization, found->user_id);
    if (!user) // deleted since
        co_return Proof::invalid;
    bool const changed
        = co_await work->users().prove_mailbox(organization, found->user_id, context.now);
    if (changed) {
        auto const facts = http::facts_of(context);
        auto entry = ledger_entry(facts, Event::email_verified, Outcome::success, 302, *user);
        co_await work->ledger().append(std::move(entry));
    }
    co_await work->commit();
    co_return Proof::proven;
}

std::string_view error_of(Proof proof)
{
    switch (proof) {
    case Proof::expired:
        return "TOKEN_EXPIRED";
    case Proof::taken:
        return "EMAIL_ALREADY_REGISTERED";
    case Proof::invalid:
    case Proof::proven:
        break;
    }
    return "TOKEN_INVALID";
}

std::string target_of(Proof proof, std::string const& callback, Settings const& settings)
{
    bool const elsewhere = callback_is_allowed(callback, settings);
    auto target = elsewhere ? callback : settings.public_url + "/login";
    if (elsewhere && target.front() == '/')
        target = settings.public_url + target;
    if (proof == Proof::proven)
        return elsewhere ? target : with_parameter(std::move(target), "verified", "1");
    return with_parameter(std::move(target), "error", error_of(proof));
}

// Whoever follows a damaged link is a person with a browser: they are sent on, not shown an error.
Async<http::Nothing> verify(http::Context& context, http::Unjudged<VerifyRequest> unjudged)
{
    auto proof = Proof::invalid;
    bool const is_whole = unjudged.problems().none();
    auto& request = unjudged.members();
    if (is_whole && request.token)
        proof = co_await prove(context, std::move(*request.token));
    context.redirect(target_of(proof, request.callback_url.value_or(""), context.services.settings)
    );
    co_return http::Nothing{};
}

Async<void> mail_link(http::Context& context, UnitOfWork& work, User user, std::string callback)
{
    bool const there = co_await work.organizations().hold(user.organization_id);
    if (!there) // deleted since it was looked up
        co_return;
    auto const facts = http::facts_of(context);
    auto entry = ledger_entry(facts, Event::verification_resent, Outcome::success, 200, user);
    auto const row = co_await work.ledger().append(std::move(entry));
    auto token = co_await begin_verification(context.services, work, facts, user);
    mail_text::MailOrder order{
        .kind = mail_text::MailKind::verify_email,
        .recipient = user.email,
        .recipient_name = user.name.value_or("")
    };
    order.callback_url = std::move(callback);
    order.links.push_back({.token = std::move(token)});
    MailToQueue mail{
        .organization_id = user.organization_id,
        .recipient = user.email,
        .payload = mail_text::to_payload(order),
        .dedupe_key = {},
        .ledger_id = row
    };
    co_await queue_mail(context.services, work, std::move(mail), context.now);
}

// The same answer for every address (behaviours §1); only a live unverified account gets a mail.
Async<Success> resend(http::Context& context, ResendRequest request)
{
    auto& services = context.services;
    if (trimmed(request.email).empty())
        throw invalid_field("email", "is required");
    auto const callback = request.callback_url.value_or("");
    if (!callback.empty() && !callback_is_allowed(callback, services.settings))
        throw invalid_field("callbackURL", "leads to an origin that is not allowed");
    CanonicalAddress const address(request.email);

    auto const began = std::chrono::steady_clock::now();
    auto work = co_await services.storage.begin();
    co_await count_mail_request(services, *work, resend_ceiling, address, context.now);
    auto const candidates = co_await work->directory().live_users(address, 1000);
    for (auto const& candidate : candidates)
        if (!candidate.user.email_verified && candidate.user.status == UserStatus::active)
            co_await mail_link(context, *work, candidate.user, callback);
    co_await work->commit();
    services.mail_waits();
    co_await wait_for_step(began, answer_step); // an address that gets a mail takes longer

    Success answer;
    answer.message = "If the address waits for proof, a message has been sent.";
    co_return answer;
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {http::endpoint(verify_route, verify), http::endpoint(resend_route, resend)};
}

} // namespace gatehouse::email_verification
