// The three endings of a refresh.
#include "features/refresh/endings.h"

#include "domain/factor_secrets.h"
#include "domain/ledger.h"
#include "domain/refresh_tokens.h"
#include "domain/refusal.h"

namespace gatehouse::refresh {
namespace {
using domain::Event;
using domain::fingerprint_of;
using domain::ledger_entry;
using domain::mint_tokens;
using domain::Outcome;
using domain::Reason;
using domain::RefreshEnd;
using domain::Refusal;
using domain::RequestFacts;
using domain::RiskRecord;
using domain::Services;
using domain::StepUpChallenge;
using domain::StepUpId;
using domain::StepUpOffer;
using domain::StepUpWanted;
using domain::UnitOfWork;

// What the challenge keeps: the token sealed, so that the code brings the whole answer.
json::Value
waiting(Services& services, RequestFacts const& facts, StepUpId const& id, Successor const& next)
{
    json::Object refresh{
        {"surface", std::string(to_text(facts.surface))},
        {"token",
         domain::seal_waiting_token(services.key_encryption_key, services.random, id, next.token)},
    };
    if (next.device.country)
        refresh.push_back({"country", *next.device.country});
    if (next.device.city)
        refresh.push_back({"city", *next.device.city});
    return refresh;
}

} // namespace

// The new one too (decisions D-55): whoever holds it is kept out, and every session ends.
Async<void> block(Services& services, UnitOfWork& work, RequestFacts const& facts, Successor next)
{
    auto const& token = next.used;
    co_await work.refresh_tokens().revoke_family(
        token.organization_id, token.family_id, RefreshEnd::force_logout, facts.now
    );
    co_await work.users().raise_session_version(token.organization_id, token.user_id, facts.now);
    auto entry
        = ledger_entry(facts, Event::anomaly_score_high, Outcome::denied, 401, next.whose.user);
    entry.session_id = token.session_id;
    put_risk(entry, next.risk);
    co_await work.ledger().record(std::move(entry));
    co_await work.commit();
    services.risk_scores.forget(token.user_id);
    throw Refusal{.reason = Reason::force_logout};
}

Async<Ended>
ask_for_step_up(Services& services, UnitOfWork& work, RequestFacts const& facts, Successor next)
{
    auto const& user = next.whose.user;
    StepUpWanted wanted;
    wanted.id = StepUpId(next.id.text());
    wanted.user = user;
    wanted.session = next.used.session_id;
    wanted.device_fingerprint = fingerprint_of(next.device.fingerprint, facts);
    wanted.context.push_back({"refresh", waiting(services, facts, wanted.id, next)});
    wanted.context.push_back({"risk", to_json(next.risk)});
    wanted.context.push_back({"agent", fingerprint_of(std::nullopt, facts)});
    auto entry = ledger_entry(facts, Event::anomaly_score_medium, Outcome::denied, 428, user);
    entry.session_id = next.used.session_id;
    entry.resource = "step_up_challenge";
    entry.resource_id = wanted.id.text();
    put_risk(entry, next.risk);
    auto const row = co_await work.ledger().append(std::move(entry));
    auto offer = co_await domain::offer_step_up(services, work, facts, std::move(wanted), row);
    co_await work.commit();
    services.mail_waits();
    co_return Unusual{
        std::move(next.whose), std::move(next.token), std::move(offer), std::move(next.risk)
    };
}

Async<Ended>
let_go_on(Services& services, UnitOfWork& work, RequestFacts const& facts, Successor next)
{
    auto const& user = next.whose.user;
    auto entry = ledger_entry(facts, Event::token_rotated, Outcome::success, 200, user);
    entry.session_id = next.used.session_id;
    put_risk(entry, next.risk);
    co_await work.ledger().record(std::move(entry));
    co_await domain::record_skipped(work, facts, user, next.used.session_id, next.risk);
    auto minted = co_await mint_tokens(services, work, next.whose.session, user, facts.now);
    co_await work.commit();
    co_return Rotated{std::move(next.whose.session), std::move(minted), std::move(next.token)};
}

namespace {

// The risk of a rotation that ended in 428, while its challenge is open.
std::optional<RiskRecord> asked_about(std::optional<StepUpChallenge> const& challenge, Instant now)
{
    bool const is_open = challenge && !challenge->satisfied_at && challenge->expires_at > now;
    if (!is_open)
        return std::nullopt;
    auto const context = json::parse(challenge->context.value_or("{}"));
    auto const* const risk = context ? context->find("risk") : nullptr;
    return risk ? domain::parse_risk(*risk) : std::nullopt;
}

} // namespace

Async<Ended> repeat(Services& services, UnitOfWork& work, RequestFacts const& facts, Repeated again)
{
    auto const& user = again.whose.user;
    StepUpId const id(again.successor.text());
    auto const challenge = co_await work.step_up_challenges().find(id);
    auto risk = asked_about(challenge, facts.now);
    bool const is_unanswered = challenge && !challenge->satisfied_at;
    if (is_unanswered && !risk) // it ran out, or cannot be read: nobody says that it was answered
        throw Refusal{.reason = Reason::force_logout};
    auto const event = risk ? Event::anomaly_score_medium : Event::token_rotated;
    auto const outcome = risk ? Outcome::denied : Outcome::success;
    auto entry = ledger_entry(facts, event, outcome, risk ? 428 : 200, user);
    entry.session_id = again.used.session_id;
    entry.details["retry"] = true;
    if (risk)
        put_risk(entry, *risk);
    co_await work.ledger().record(std::move(entry));
    if (!risk) {
        auto minted = co_await mint_tokens(services, work, again.whose.session, user, facts.now);
        co_await work.commit();
        co_return Rotated{
            std::move(again.whose.session), std::move(minted), std::move(again.token)
        };
    }
    co_await work.commit();
    StepUpOffer offer{.challenge = id, .methods = domain::methods_of(challenge->method)};
    offer.code_sent = challenge->code_hash.has_value();
    co_return Unusual{
        std::move(again.whose), std::move(again.token), std::move(offer), std::move(*risk)
    };
}

} // namespace gatehouse::refresh
