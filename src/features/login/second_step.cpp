// Concluding the second step under the lock on the address, as the first one is.
#include "features/login/second_step.h"

#include "domain/concluding_login.h"
#include "domain/factor_secrets.h"
#include "domain/factor_tries.h"
#include "domain/ledger.h"
#include "domain/one_time_tokens.h"
#include "domain/organizations.h"
#include "domain/pending_login.h"
#include "protocols/one_time_codes/totp.h"

#include <algorithm>
#include <stdexcept>

namespace gatehouse::login {
namespace {
using domain::AttemptMethod;
using domain::CanonicalAddress;
using domain::claim;
using domain::clear_failures;
using domain::FactorProof;
using domain::FactorTry;
using domain::OneTimeToken;
using domain::open_session;
using domain::PendingLogin;
using domain::Reason;
using domain::Refusal;
using domain::RequestFacts;
using domain::RiskRecord;
using domain::Services;
using domain::SessionTokens;
using domain::Surface;
using domain::TokenDigest;
using domain::TokenPurpose;
using domain::UnitOfWork;
using domain::User;

constexpr int looks = 4; // how often the person's row may change under our hands
constexpr std::int64_t most_tries = 5; // with one tempToken

struct Begun { // a sign-in that may still be finished
    OneTimeToken token;
    PendingLogin pending;
    User user;
};

[[noreturn]] void refuse_token()
{
    throw Refusal{.reason = Reason::two_factor_failed};
}

// Nothing but the token is looked at: who holds none learns nothing of anybody.
Async<Begun> find_begun(UnitOfWork& work, TokenDigest digest, Instant now)
{
    auto const token = co_await work.directory().one_time_token(std::move(digest));
    if (!token || token->purpose != TokenPurpose::second_factor || token->used_at
        || token->expires_at <= now)
        refuse_token();
    auto const pending = domain::parse_payload(token->payload.value_or(""));
    auto const user = co_await work.users().find(token->organization_id, token->user_id);
    if (!pending || !user)
        refuse_token();
    co_return Begun{*token, *pending, *user};
}

// What was proven with the password counts no longer once the password or the sessions of the
// person were replaced. Under the lock: a rehash writes both sides of this comparison.
void require_still_proven(Services& services, Begun const& begun)
{
    auto const& [token, pending, user] = begun;
    if (user.session_version != pending.session_version
        || domain::password_state(services.key_encryption_key, user) != pending.password_state)
        refuse_token();
}

Async<void> refuse_worn_token(UnitOfWork& work, FactorTry const& tried, Instant expires)
{
    Refusal refusal{.reason = Reason::rate_limited};
    refusal.message = "Too many wrong codes. Sign in again.";
    auto const left = (expires - tried.facts.now).count();
    refusal.retry_after_seconds = std::max(1L, static_cast<long>((left + 999) / 1000));
    co_await domain::refuse_factor(work, tried, refusal);
}

// In the order in which every use case writes: sessions, refresh tokens, one-time tokens, the
// person. Nothing if somebody used the token or the code meanwhile: then nothing is committed.
Async<std::optional<SessionTokens>> let_in(
    Services& services,
    UnitOfWork& work,
    FactorTry const& tried,
    Begun begun,
    FactorProof proof,
    RiskRecord risk
)
{
    auto const& facts = tried.facts;
    auto const& user = begun.user;
    std::vector<std::string> methods{"password", std::string(to_text(tried.method))};
    auto tokens = co_await open_session(
        services,
        work,
        facts,
        user,
        std::move(begun.pending.device),
        std::move(methods),
        begun.pending.remember_me,
        session_risk_of(risk)
    );
    bool const spent = co_await work.one_time_tokens().spend(
        begun.token.organization_id, begun.token.id, facts.now
    );
    if (!spent)
        co_return std::nullopt;
    bool const claimed = co_await claim(services, work, tried, std::move(proof));
    if (!claimed)
        co_return std::nullopt;
    co_await clear_failures(work, tried);
    domain::LoginEnd end{.facts = facts, .user = user};
    end.session = tokens.session;
    end.from_new_device = tokens.from_new_device;
    end.risk = std::move(risk);
    end.method = std::string(to_text(tried.method));
    co_await domain::record_login(services, work, std::move(end));
    co_await work.commit();
    domain::told_of_login(services, tokens.from_new_device);
    co_return tokens;
}

// Nothing where the person's row changed since it was read: look again.
Async<std::optional<Finished>>
conclude(Services& services, SecondStep const& step, domain::LookBack looked)
{
    auto const address = looked.address;
    auto work = co_await services.storage.begin();
    co_await work->attempts().lock(address);
    auto const now = services.clock.now(); // what was held back is judged by the present hour
    auto begun = co_await find_begun(*work, step.token, now);
    bool const there = co_await work->organizations().hold(begun.token.organization_id);
    if (!there)
        refuse_token();
    auto const user = begun.user;
    if (CanonicalAddress(user.email) != address)
        co_return std::nullopt;
    require_still_proven(services, begun);
    FactorTry tried{.facts = step.facts, .user = user, .method = step.method};
    tried.facts.now = now;
    tried.facts.surface = begun.pending.surface;
    tried.code = step.code.duplicate();
    tried.named = begun.pending.named;
    co_await domain::require_may_sign_in(*work, tried.facts, user);
    co_await domain::refuse_closed_factor(services, *work, tried);
    if (services.settings.rate_limit && begun.token.attempts >= most_tries)
        co_await refuse_worn_token(*work, tried, begun.token.expires_at);
    auto const factor = co_await work->second_factors().find(user.organization_id, user.id);
    if (!factor || !factor->enabled) // switched off meanwhile: sign in again, without it
        refuse_token();
    auto proof = domain::judge(services, tried, *factor, one_time_codes::accepted_step);
    if (!proof) {
        co_await work->one_time_tokens().count_attempt(begun.token.organization_id, begun.token.id);
        co_await domain::refuse_wrong_factor(*work, tried);
    }
    // A fresh second factor is a step-up already: only the block is left to judge (decisions D-64).
    auto risk = co_await domain::assess(services, *work, std::move(looked));
    if (risk.band == domain::Band::block) {
        // Who is turned away has used the code up all the same: it was seen by somebody.
        bool const claimed = co_await claim(services, *work, tried, std::move(*proof));
        if (!claimed)
            refuse_token();
        co_await domain::block_login(services, *work, tried.facts, user, std::move(risk));
    }
    auto const surface = begun.pending.surface;
    auto tokens = co_await let_in(
        services, *work, tried, std::move(begun), std::move(*proof), std::move(risk)
    );
    if (!tokens)
        co_return std::nullopt;
    co_return Finished{Opened{user, std::move(*tokens)}, surface};
}

Async<Begun> begun_as_read(Services& services, SecondStep const& step)
{
    auto work = co_await services.storage.read();
    co_return co_await find_begun(*work, step.token, step.facts.now);
}

// Whose sign-in it is, and what their history says: before the unit of work that acts on it.
Async<domain::LookBack> look_back(Services& services, SecondStep const& step)
{
    auto const begun = co_await begun_as_read(services, step);
    auto presented = domain::presented_by(begun.pending.device, step.facts);
    co_return co_await domain::look_back(services, begun.user, std::move(presented));
}

} // namespace

Async<Finished> finish(Services& services, SecondStep step)
{
    for (int look = 0; look < looks; ++look) {
        auto looked = co_await look_back(services, step);
        auto finished = co_await conclude(services, step, std::move(looked));
        if (finished)
            co_return std::move(*finished);
    }
    throw std::runtime_error("a sign-in changed at every look");
}

} // namespace gatehouse::login
