// Reading the history within its deadline, and judging by it.
#include "domain/risk_check.h"

#include "core/log.h"
#include "core/metrics.h"
#include "domain/attempts.h"
#include "domain/session_history.h"

#include <exception>

namespace gatehouse::domain {
namespace {

constexpr Duration burst_window = 15min;
constexpr std::int64_t failures_of_a_burst = 3;

RiskKey key_of(User const& user, Presented const& presented)
{
    return {
        .organization = user.organization_id,
        .user = user.id,
        .session_version = user.session_version,
        .device = presented.device,
        .country = presented.country.value_or(""),
        .city = presented.city.value_or("")
    };
}

Async<RiskHistory> history_of(Services& services, User const& user, Instant now)
{
    auto work = co_await services.storage.read_within(services.settings.risk.history_may_take);
    co_return co_await work->session_history().of(
        user.organization_id, user.id, user.session_version, now
    );
}

// The alarm of a control that fails open: a line, a count, and the row of record_skipped().
void tell_skipped(std::string const& cause)
{
    log::Line(log::Level::error, "risk.skipped").with("cause", cause);
    metrics::count("gatehouse_failed_open_total", {{"control", "anomaly_score"}});
}

} // namespace

Presented presented_by(Device const& device, RequestFacts const& facts)
{
    return {
        .device = fingerprint_of(device.fingerprint, facts),
        .country = device.country,
        .city = device.city,
        .address = facts.client_address,
        .now = facts.now
    };
}

Async<LookBack> look_back(Services& services, User const& user, Presented presented)
{
    LookBack looked{
        .user = user.id, .address = CanonicalAddress(user.email), .presented = std::move(presented)
    };
    auto const key = key_of(user, looked.presented);
    auto const now = looked.presented.now;
    auto const asked = services.risk_scores.begun();
    if (auto kept = services.risk_scores.find(key, now)) {
        looked.found = std::move(*kept);
        co_return looked;
    }
    std::string failure;
    try {
        auto history = co_await history_of(services, user, now);
        looked.found = judge_history(history, looked.presented, services.settings.risk);
        if (history.is_whole)
            services.risk_scores.keep(key, looked.found, std::move(history.rests_on), now, asked);
    } catch (std::exception const& caught) {
        failure = caught.what();
    }
    if (!failure.empty()) {
        constexpr std::size_t enough = 200; // of a database's words
        looked.failure = failure.substr(0, enough);
        services.risk_scores.note_skipped(*looked.failure, services.clock.now());
        tell_skipped(*looked.failure);
    }
    co_return looked;
}

Async<RiskRecord> assess(Services& services, UnitOfWork& work, LookBack looked)
{
    auto const& rules = services.settings.risk;
    // Asked for in any case: whether failures can be counted is no matter of the score.
    auto const now = services.clock.now();
    auto const failures = co_await work.attempts().failed_since(looked.address, now - burst_window);
    Assessment made;
    made.fired = looked.found.fired;
    made.baseline = std::move(looked.found.baseline);
    made.presented = std::move(looked.presented);
    made.failure = std::move(looked.failure);
    made.fired[index(Signal::failed_burst)] = failures >= failures_of_a_burst;
    made.fired[index(Signal::listed_address)] = rules.listed.contain(made.presented.address);
    if (!made.failure)
        made.score = score_of(made.fired, rules.weights);
    made.band = band_of(made.score, rules.thresholds);
    co_return record_of(made, rules);
}

RiskRecord risk_of_reuse(RiskRules const& rules)
{
    Assessment made;
    made.fired[index(Signal::token_reuse)] = true;
    made.score = score_of(made.fired, rules.weights);
    made.band = band_of(made.score, rules.thresholds);
    return record_of(made, rules);
}

Async<void> record_skipped(
    UnitOfWork& work,
    RequestFacts const& facts,
    User const& user,
    std::optional<SessionId> session,
    RiskRecord const& record
)
{
    if (!record.failure)
        co_return;
    auto entry = ledger_entry(facts, Event::anomaly_check_skipped, Outcome::skipped, 200, user);
    entry.session_id = std::move(session);
    entry.resource = "control";
    entry.resource_id = "anomaly_score";
    entry.details["cause"] = *record.failure;
    co_await work.ledger().record(std::move(entry));
}

} // namespace gatehouse::domain
