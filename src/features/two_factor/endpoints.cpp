// A person's own second factor: setting it up, using it, replacing its codes, taking it away.
#include "features/two_factor/endpoints.h"

#include "domain/access.h"
#include "domain/attempts.h"
#include "domain/ending_factor.h"
#include "domain/factor_secrets.h"
#include "domain/factor_tries.h"
#include "domain/holding_account.h"
#include "domain/password_proof.h"
#include "domain/success.h"
#include "features/two_factor/messages.h"
#include "features/two_factor/routes.h"
#include "http/request_facts.h"
#include "protocols/one_time_codes/base32.h"
#include "protocols/one_time_codes/key_uri.h"
#include "protocols/one_time_codes/totp.h"

namespace gatehouse::two_factor {
namespace {
using domain::AttemptMethod;
using domain::backup_code_digest;
using domain::Event;
using domain::FactorTry;
using domain::HeldAccount;
using domain::hold_account;
using domain::invalid_field;
using domain::ledger_entry;
using domain::Outcome;
using domain::Proven;
using domain::Reason;
using domain::Refusal;
using domain::SecondFactor;
using domain::Success;
using domain::UnitOfWork;
using domain::User;
using domain::void_pending_logins;

constexpr std::size_t secret_bytes = 20; // RFC 4226 4, requirement 6

Refusal not_set_up()
{
    Refusal refusal{.reason = Reason::validation, .error = "two-factor is not set up"};
    refusal.message = "Begin with enable.";
    return refusal;
}

// One row for each change. `changed` says what, where the event alone does not.
Async<void> record(
    http::Context& context, UnitOfWork& work, Event event, std::optional<std::string> changed = {}
)
{
    auto const& caller = context.caller();
    auto const facts = http::facts_of(context);
    auto entry = ledger_entry(facts, event, Outcome::success, 200, caller.user);
    entry.session_id = caller.session_id();
    if (changed)
        entry.details["changed"] = std::move(*changed);
    co_await work.ledger().append(std::move(entry));
}

Async<SecondFactor> factor_of(UnitOfWork& work, User const& user)
{
    auto factor = co_await work.second_factors().find(user.organization_id, user.id);
    if (!factor)
        throw Refusal{.reason = Reason::session_ended};
    co_return std::move(*factor);
}

Async<Proven> proven(http::Context& context, SecretString const& password)
{
    if (password.empty())
        throw invalid_field("password", "is required");
    co_return co_await domain::prove_password(
        context.services, http::facts_of(context), context.caller(), password
    );
}

std::vector<std::string>
digests_of(http::Context& context, User const& user, std::vector<SecretString> const& codes)
{
    std::vector<std::string> digests;
    for (auto const& code : codes)
        digests.push_back(backup_code_digest(context.services.key_encryption_key, user.id, code));
    return digests;
}

Async<Enrolment> enable(http::Context& context, PasswordRequest request)
{
    auto& services = context.services;
    auto const held = co_await proven(context, request.password);
    auto const& user = held.user;
    SecretString const key(services.random.bytes(secret_bytes));
    SecretString const secret = one_time_codes::to_base32(key);
    Enrolment answer;
    answer.totp_uri = one_time_codes::key_uri(
        one_time_codes::issuer_of(services.settings.public_url), user.email, secret
    );
    answer.qr_svg = one_time_codes::qr_picture(answer.totp_uri);
    answer.backup_codes
        = domain::mint_backup_codes(services.random, one_time_codes::base32_alphabet);
    auto sealed
        = domain::seal_totp_secret(services.key_encryption_key, services.random, user.id, secret);
    auto digests = digests_of(context, user, answer.backup_codes);
    bool const waits = co_await held.work->second_factors().enrol(
        user.organization_id, user.id, std::move(sealed), std::move(digests), context.now
    );
    if (!waits)
        throw Refusal{.reason = Reason::validation, .error = "two-factor is switched on already"};
    co_await record(context, *held.work, Event::profile_updated, "two_factor_enrolment");
    co_await held.work->commit();
    co_return answer;
}

// Uses a right code up within the session; the counters are those of signing in.
Async<SecondFactor> use_code(http::Context& context, UnitOfWork& work, FactorTry const& tried)
{
    auto& services = context.services;
    auto factor = co_await factor_of(work, tried.user);
    // A code of the authenticator is what switches the factor on; backup codes wait for it.
    bool const can_be_tried
        = factor.enabled || (factor.secret && tried.method == AttemptMethod::totp);
    if (!can_be_tried)
        throw not_set_up();
    co_await domain::refuse_closed_factor(services, work, tried);
    auto proof = domain::judge(services, tried, factor, one_time_codes::accepted_step);
    if (!proof)
        co_await domain::refuse_wrong_factor(work, tried);
    bool const claimed = co_await domain::claim(services, work, tried, std::move(*proof));
    if (!claimed) // written by SQL in this very moment; the lock keeps everybody else out
        throw Refusal{.reason = Reason::two_factor_failed};
    co_await domain::clear_failures(work, tried);
    co_return factor;
}

FactorTry
try_of(http::Context& context, HeldAccount const& held, AttemptMethod method, SecretString code)
{
    FactorTry tried{.facts = http::facts_of(context), .user = held.user, .method = method};
    tried.facts.now = held.now;
    tried.code = std::move(code);
    tried.session = context.caller().session_id();
    return tried;
}

Async<Success> verify_totp(http::Context& context, CodeRequest request)
{
    if (request.code.empty())
        throw invalid_field("code", "is required");
    auto const held = co_await hold_account(context.services, context.caller());
    auto& work = *held.work;
    auto const tried = try_of(context, held, AttemptMethod::totp, std::move(request.code));
    auto const& user = tried.user;
    auto const factor = co_await use_code(context, work, tried);
    Success answer;
    answer.message = "The code is right.";
    if (factor.enabled) {
        co_await record(context, work, Event::profile_updated, "two_factor_last_step");
    } else {
        co_await void_pending_logins(work, user, context.now);
        bool const activated
            = co_await work.second_factors().activate(user.organization_id, user.id, context.now);
        if (!activated)
            throw std::runtime_error("a second factor was switched on in this very moment");
        co_await record(context, work, Event::two_factor_enabled);
        answer.message = "The second factor is on.";
    }
    co_await work.commit();
    co_return answer;
}

Async<Success> verify_backup_code(http::Context& context, BackupCodeRequest request)
{
    auto code = std::move(request.backup_code ? request.backup_code : request.code);
    if (!code || code->empty())
        throw invalid_field("code", "is required");
    auto const held = co_await hold_account(context.services, context.caller());
    auto const tried = try_of(context, held, AttemptMethod::backup_code, std::move(*code));
    co_await use_code(context, *held.work, tried);
    co_await record(context, *held.work, Event::profile_updated, "backup_codes");
    co_await held.work->commit();
    Success answer;
    answer.message = "The code is right, and used up.";
    co_return answer;
}

Async<BackupCodes> regenerate(http::Context& context, PasswordRequest request)
{
    auto const held = co_await proven(context, request.password);
    auto const& user = held.user;
    auto const factor = co_await factor_of(*held.work, user);
    if (!factor.enabled)
        throw not_set_up();
    BackupCodes answer;
    answer.backup_codes
        = domain::mint_backup_codes(context.services.random, one_time_codes::base32_alphabet);
    auto digests = digests_of(context, user, answer.backup_codes);
    co_await void_pending_logins(*held.work, user, context.now);
    bool const replaced = co_await held.work->second_factors().replace_backup_codes(
        user.organization_id, user.id, factor.backup_column, std::move(digests)
    );
    if (!replaced)
        throw std::runtime_error("backup codes changed while they were replaced");
    co_await record(context, *held.work, Event::profile_updated, "backup_codes");
    co_await held.work->commit();
    co_return answer;
}

Async<Success> disable(http::Context& context, PasswordRequest request)
{
    auto const held = co_await proven(context, request.password);
    auto const& user = held.user;
    bool const ended = co_await domain::end_second_factor(*held.work, user, context.now);
    if (!ended)
        throw not_set_up();
    co_await record(context, *held.work, Event::two_factor_disabled);
    co_await held.work->commit();
    Success answer;
    answer.message = "The second factor is off.";
    co_return answer;
}

template <class Req, class Res>
void add(
    std::vector<http::Endpoint>& all, Pair const& routes, Async<Res> (*handler)(http::Context&, Req)
)
{
    all.push_back(http::endpoint(routes.account, handler));
    all.push_back(http::endpoint(routes.organization, handler));
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    std::vector<http::Endpoint> all;
    add(all, enable_routes, enable);
    add(all, verify_routes, verify_totp);
    add(all, verify_backup_routes, verify_backup_code);
    add(all, regenerate_routes, regenerate);
    add(all, disable_routes, disable);
    return all;
}

} // namespace gatehouse::two_factor
