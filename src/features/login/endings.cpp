// Let in, asked for more, or kept out.
#include "features/login/endings.h"

#include "core/uuid.h"
#include "domain/concluding_login.h"
#include "domain/factor_secrets.h"
#include "domain/ledger.h"
#include "domain/one_time_tokens.h"
#include "domain/opaque_token.h"
#include "domain/pending_login.h"

namespace gatehouse::login {
namespace {
using domain::Attempt;
using domain::Event;
using domain::ledger_entry;
using domain::mint_opaque_token;
using domain::OneTimeToken;
using domain::OneTimeTokenId;
using domain::open_session;
using domain::Outcome;
using domain::PendingLogin;
using domain::RiskRecord;
using domain::StepUpId;
using domain::StepUpWanted;
using domain::TokenPurpose;
using domain::User;

constexpr Duration temp_token_life = 5min;

PendingLogin pending_of(Concluding const& in, User const& user)
{
    PendingLogin pending;
    pending.surface = in.attempt.facts.surface;
    pending.named = in.attempt.named;
    pending.device = in.attempt.device;
    pending.device.fingerprint
        = domain::fingerprint_of(in.attempt.device.fingerprint, in.attempt.facts);
    pending.remember_me = in.attempt.remember_me;
    pending.session_version = user.session_version;
    pending.password_state = domain::password_state(in.services.key_encryption_key, user);
    return pending;
}

// Neither session nor tokens: what was asked for waits for the code (decisions D-66).
Async<Conclusion> ask_for_step_up(Concluding in, User user, RiskRecord risk)
{
    auto const& facts = in.attempt.facts;
    auto const pending = pending_of(in, user);
    StepUpWanted wanted;
    wanted.id = StepUpId(mint_uuid(facts.now, in.services.random));
    wanted.user = user;
    wanted.device_fingerprint = pending.device.fingerprint;
    wanted.context.push_back({"login", to_json(pending)});
    wanted.context.push_back({"risk", to_json(risk)});
    wanted.context.push_back({"agent", domain::fingerprint_of(std::nullopt, facts)});
    auto entry = ledger_entry(facts, Event::anomaly_score_medium, Outcome::denied, 428, user);
    entry.resource = "step_up_challenge";
    entry.resource_id = wanted.id.text();
    put_risk(entry, risk);
    auto const row = co_await in.work.ledger().append(std::move(entry));
    auto offer
        = co_await domain::offer_step_up(in.services, in.work, facts, std::move(wanted), row);
    co_await in.work.commit();
    in.services.mail_waits();
    co_return Unusual{std::move(user), std::move(offer), std::move(risk)};
}

Async<Conclusion> let_in(Concluding in, User user, RiskRecord risk)
{
    auto const& facts = in.attempt.facts;
    auto device = in.attempt.device;
    std::vector<std::string> methods{"password"};
    auto tokens = co_await open_session(
        in.services,
        in.work,
        facts,
        user,
        std::move(device),
        std::move(methods),
        in.attempt.remember_me,
        session_risk_of(risk)
    );
    domain::LoginEnd end{.facts = facts, .user = user};
    end.session = tokens.session;
    end.from_new_device = tokens.from_new_device;
    end.risk = std::move(risk);
    co_await domain::record_login(in.services, in.work, std::move(end));
    auto row = attempt_row(in);
    row.user_id = user.id;
    row.successful = true;
    co_await in.work.attempts().record(row);
    co_await in.work.commit();
    domain::told_of_login(in.services, tokens.from_new_device);
    co_return Opened{std::move(user), std::move(tokens)};
}

} // namespace

Attempt attempt_row(Concluding const& in)
{
    Attempt row{.address = in.attempt.address};
    row.user_id = concerned(in.known.all, in.attempt.named);
    row.organization_id = in.attempt.named;
    row.ip_address = in.attempt.facts.client_address;
    row.attempted_at = in.attempt.facts.now;
    return row;
}

Async<Conclusion> ask_for_second_factor(Concluding in, User user)
{
    auto const& facts = in.attempt.facts;
    auto opaque = mint_opaque_token(in.services.random);
    OneTimeToken token;
    token.id = OneTimeTokenId(mint_uuid(facts.now, in.services.random));
    token.organization_id = user.organization_id;
    token.user_id = user.id;
    token.purpose = TokenPurpose::second_factor;
    token.digest = opaque.digest;
    token.payload = to_payload(pending_of(in, user));
    token.created_at = facts.now;
    token.expires_at = facts.now + temp_token_life;
    token.requested_ip = facts.client_address;
    co_await in.work.one_time_tokens().insert(std::move(token));
    auto entry = ledger_entry(facts, Event::two_factor_required, Outcome::success, 202, user);
    co_await in.work.ledger().record(std::move(entry));
    co_await in.work.commit();
    SecondFactorWanted wanted;
    wanted.temp_token = std::move(opaque.text);
    wanted.methods = {"totp", "backup_code"};
    co_return Awaited{std::move(user), std::move(wanted)};
}

Async<Conclusion> judge_risk(Concluding in, User user, domain::LookBack looked)
{
    auto risk = co_await domain::assess(in.services, in.work, std::move(looked));
    if (risk.band == domain::Band::block)
        co_await domain::block_login(
            in.services, in.work, in.attempt.facts, std::move(user), std::move(risk)
        );
    if (risk.band == domain::Band::step_up)
        co_return co_await ask_for_step_up(in, std::move(user), std::move(risk));
    co_return co_await let_in(in, std::move(user), std::move(risk));
}

} // namespace gatehouse::login
