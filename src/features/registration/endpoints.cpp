// Registering: a person, an organization of their own, and a mail that asks for proof.
#include "features/registration/endpoints.h"

#include "core/uuid.h"
#include "domain/attempts.h"
#include "domain/callback.h"
#include "domain/directory.h"
#include "domain/ledger.h"
#include "domain/mail.h"
#include "domain/organizations.h"
#include "domain/verification.h"
#include "features/registration/messages.h"
#include "http/request_facts.h"
#include "protocols/mail_text/mail_order.h"
#include "protocols/password_text/email_address.h"
#include "protocols/password_text/names.h"
#include "protocols/password_text/password_rule.h"

namespace gatehouse::registration {
namespace {
using domain::begin_verification;
using domain::callback_is_allowed;
using domain::CanonicalAddress;
using domain::Event;
using domain::invalid_field;
using domain::ledger_entry;
using domain::MailToQueue;
using domain::Organization;
using domain::OrganizationId;
using domain::OrganizationKind;
using domain::Outcome;
using domain::queue_mail;
using domain::Reason;
using domain::Refusal;
using domain::Role;
using domain::Services;
using domain::Settings;
using domain::Surface;
using domain::UnitOfWork;
using domain::unproven_life;
using domain::User;
using domain::UserId;
using domain::weak_password;

constexpr http::Route register_route{
    .method = http::Method::post,
    .path = "/api/v1/auth/register",
    .operation = "register",
    .summary = "Register with an address and a password",
    .tag = "account",
    .access = http::Access::anyone(),
    .audit = http::Audit::records("REGISTER"),
    .limit = http::Limit::registration,
    .surface = Surface::account,
    .answers = "200 400 403 409 413 415 429 503",
};

struct Wanted { // the request, checked
    std::string email;
    std::string name;
    std::string callback_url;
};

Wanted understood(RegisterRequest const& request, Settings const& settings)
{
    Wanted wanted;
    wanted.email = std::string(trimmed(request.email));
    if (auto const problem = password_text::problem_with_address(wanted.email))
        throw invalid_field("email", *problem);
    auto const given = request.name.value_or("");
    if (auto const problem
        = password_text::problem_with_password(request.password, {wanted.email, given}))
        throw weak_password("password", *problem);
    auto const name
        = trimmed(given).empty() ? wanted.email.substr(0, wanted.email.find('@')) : given;
    auto normalised = password_text::normalised_name(name);
    if (!normalised)
        throw invalid_field("name", "is longer than 100 characters or holds control characters");
    wanted.name = std::move(*normalised);
    wanted.callback_url = request.callback_url.value_or("");
    if (!wanted.callback_url.empty() && !callback_is_allowed(wanted.callback_url, settings))
        throw invalid_field("callbackURL", "leads to an origin that is not allowed");
    return wanted;
}

User new_person(
    Services& services, Wanted const& wanted, crypto::StoredPassword password, Instant now
)
{
    User user;
    user.id = UserId(mint_uuid(now, services.random));
    user.organization_id = OrganizationId(mint_uuid(now, services.random));
    user.email = wanted.email;
    user.email_verified = false;
    user.self_registered = true;
    user.name = wanted.name;
    user.role = Role::owner; // of the personal organization (decisions D-13)
    user.password = std::move(password);
    user.created_at = now;
    user.updated_at = now;
    return user;
}

Organization personal_organization(User const& user, Instant now)
{
    auto const name = user.name.value_or("");
    return {
        .id = user.organization_id,
        .name = code_points(name) >= 2 ? name : "Personal",
        .kind = OrganizationKind::personal,
        .owner_id = {},
        .created_at = now
    };
}

// Under the lock on the address: two parallel registrations end as one person (decisions D-9).
Async<void> claim_address(UnitOfWork& work, CanonicalAddress address, Instant now)
{
    co_await work.attempts().lock(address);
    co_await work.directory().purge_unproven(address, now - unproven_life);
    bool const taken = co_await work.directory().address_is_taken(address, now - unproven_life);
    if (taken)
        throw Refusal{.reason = Reason::email_already_registered};
}

Async<void> write_person(http::Context& context, UnitOfWork& work, User user)
{
    auto const now = context.now;
    co_await work.organizations().insert(personal_organization(user, now));
    bool const inserted = co_await work.users().insert(user);
    if (!inserted)
        throw Refusal{.reason = Reason::email_already_registered};
    co_await work.organizations().change_owner(user.organization_id, user.id, now);
}

Async<void> ask_for_proof(http::Context& context, UnitOfWork& work, User user, std::string callback)
{
    auto const facts = http::facts_of(context);
    auto entry = ledger_entry(facts, Event::register_account, Outcome::success, 200, user);
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

Async<Registered> register_person(http::Context& context, RegisterRequest request)
{
    auto& services = context.services;
    auto const wanted = understood(request, services.settings);
    CanonicalAddress const address(wanted.email);
    { // saves the hash; the look that counts is the one under the lock
        auto look = co_await services.storage.read();
        bool const taken
            = co_await look->directory().address_is_taken(address, context.now - unproven_life);
        if (taken)
            throw Refusal{.reason = Reason::email_already_registered};
    }
    auto password = co_await services.passwords.hash(std::move(request.password));
    auto const user = new_person(services, wanted, std::move(password), context.now);

    auto work = co_await services.storage.begin();
    co_await claim_address(*work, address, context.now);
    co_await write_person(context, *work, user);
    co_await ask_for_proof(context, *work, user, wanted.callback_url);
    co_await work->commit();
    services.mail_waits();

    Registered answer;
    answer.user = account_view_of(user);
    co_return answer;
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {http::endpoint(register_route, register_person)};
}

} // namespace gatehouse::registration
