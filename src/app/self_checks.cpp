// Canaries for the controls that must never fail in silence.
#include "app/self_checks.h"

#include "core/log.h"
#include "core/metrics.h"
#include "domain/attempts.h"
#include "domain/ledger.h"
#include "domain/session_history.h"

namespace gatehouse::app {
namespace {
using domain::Attempt;
using domain::AttemptMethod;
using domain::CanonicalAddress;
using domain::ControlState;
using domain::Event;
using domain::LedgerEntry;
using domain::Outcome;
using domain::Storage;

constexpr char const* signing_keys = "signing keys";
constexpr char const* second_wall = "row level security";
constexpr char const* anomaly_score = "anomaly score";
constexpr Duration clocks_should_not_differ = 2s;
constexpr Duration clocks_may_differ = 30s;

// One canary: what it throws is its finding.
Async<std::string> found_by(Async<void> canary)
{
    try {
        co_await canary;
    } catch (std::exception const& failure) {
        co_return failure.what();
    }
    co_return std::string();
}

Async<void> try_attempts(Storage& storage, Instant now)
{
    auto work = co_await storage.begin();
    // No address, so that nobody can ever register or invite it.
    CanonicalAddress const nobody("self-check of gatehouse");
    co_await work->attempts().lock(nobody);
    Attempt attempt{.address = nobody};
    attempt.attempted_at = now;
    co_await work->attempts().record(attempt);
    auto const window = co_await work->attempts().failures(nobody, AttemptMethod::password, now);
    if (!window.newest)
        throw std::runtime_error("an attempt that was just recorded is not counted");
    // Dropped: a canary leaves no row.
}

Async<void> try_ledger(Storage& storage, Instant now)
{
    auto work = co_await storage.begin();
    LedgerEntry entry{.created_at = now, .event = Event::control_recovered};
    entry.outcome = Outcome::skipped;
    co_await work->ledger().append(std::move(entry));
}

// Nobody's history, in the time that the scorer may take.
Async<void> try_history(Storage& storage, Instant now, Duration may_take)
{
    auto work = co_await storage.read_within(may_take);
    domain::OrganizationId const nowhere("self-check of gatehouse");
    domain::UserId const nobody("self-check of gatehouse");
    co_await work->session_history().of(nowhere, nobody, 1, now);
}

Async<void> try_second_wall(Storage& storage)
{
    bool const stands = co_await storage.probe_second_wall();
    if (!stands)
        throw std::runtime_error("the database has no row-level security");
}

// Lockout windows and expiries compare times that different clocks have stamped (database.md §1).
Async<void> compare_clocks(Storage& storage, Clock const& clock)
{
    auto const theirs = co_await storage.database_time();
    auto const apart = std::chrono::abs(clock.now() - theirs);
    if (apart > clocks_may_differ)
        throw std::runtime_error(
            "the clocks of server and database are " + std::to_string(apart.count()) + " ms apart"
        );
    if (apart > clocks_should_not_differ)
        log::Line(log::Level::warning, "clock.apart").with("milliseconds", apart.count());
}

} // namespace

SelfChecks::SelfChecks(
    Storage& storage,
    Clock const& clock,
    outbound::OutboxSender const& sender,
    ChangeSource* feed,
    std::function<Async<void>()> read_keys,
    Duration history_may_take
)
    : storage_(storage)
    , clock_(clock)
    , sender_(sender)
    , feed_(feed)
    , read_keys_(std::move(read_keys))
    , history_may_take_(history_may_take)
{
}

void SelfChecks::watch(std::string name, std::function<std::string()> trouble)
{
    watched_.push_back({std::move(name), std::move(trouble)});
}

Async<std::string> SelfChecks::probe_database()
{
    return found_by(storage_.probe());
}

Async<std::string> SelfChecks::probe_attempts()
{
    return found_by(try_attempts(storage_, clock_.now()));
}

Async<std::string> SelfChecks::probe_ledger()
{
    return found_by(try_ledger(storage_, clock_.now()));
}

bool SelfChecks::has_second_wall() const
{
    return storage_.driver_name() == "postgres";
}

Async<void> SelfChecks::run()
{
    auto database = co_await probe_database();
    co_await note("database", std::move(database));
    auto attempts = co_await probe_attempts();
    co_await note("lockout", std::move(attempts));
    auto ledger = co_await probe_ledger();
    co_await note("ledger", std::move(ledger));
    auto clock = co_await found_by(compare_clocks(storage_, clock_));
    co_await note("clock", std::move(clock));
    auto history = co_await found_by(try_history(storage_, clock_.now(), history_may_take_));
    co_await note(anomaly_score, std::move(history));
    auto keys = co_await found_by(read_keys_());
    co_await note(signing_keys, std::move(keys));
    for (auto const& watched : watched_) {
        auto trouble = watched.trouble();
        co_await note(watched.name, std::move(trouble));
    }
    if (!has_second_wall())
        co_return;
    auto wall = co_await found_by(try_second_wall(storage_));
    co_await note(second_wall, std::move(wall));
}

Async<void> SelfChecks::note(std::string name, std::string failure)
{
    bool const works = failure.empty();
    metrics::gauge("gatehouse_control_works", works ? 1 : 0, {{"control", name}});
    bool changed = false;
    {
        std::scoped_lock const lock(mutex_);
        changed = works != !failures_.contains(name);
        if (works)
            failures_.erase(name);
        else
            failures_[name] = failure;
    }
    if (!changed)
        co_return;
    log::Line(
        works ? log::Level::warning : log::Level::error,
        works ? "control.recovered" : "control.degraded"
    )
        .with("control", name)
        .with("cause", failure);
    co_await record(std::move(name), works);
}

Async<void> SelfChecks::record(std::string name, bool works)
{
    std::string failure;
    try {
        auto work = co_await storage_.begin();
        LedgerEntry entry{
            .created_at = clock_.now(),
            .event = works ? Event::control_recovered : Event::control_degraded
        };
        entry.outcome = works ? Outcome::success : Outcome::failure;
        entry.resource = "control";
        entry.resource_id = std::move(name);
        co_await work->ledger().append(std::move(entry));
        co_await work->commit();
    } catch (std::exception const& caught) {
        failure = caught.what();
    }
    // The ledger itself may be what is broken: then log, metric and /ready have to tell.
    if (!failure.empty())
        log::Line(log::Level::error, "control.unrecorded").with("cause", failure);
}

Async<std::vector<ControlState>> SelfChecks::states()
{
    auto database = co_await probe_database();
    std::map<std::string, std::string> failures;
    {
        std::scoped_lock const lock(mutex_);
        failures = failures_;
    }
    failures.erase("database");
    if (!database.empty())
        failures["database"] = std::move(database);
    std::vector<ControlState> states;
    std::vector<char const*> needed{"database", "lockout", "ledger", "clock", signing_keys};
    if (has_second_wall())
        needed.push_back(second_wall);
    for (auto const* const name : needed) {
        auto const found = failures.find(name);
        bool const works = found == failures.end();
        states.push_back({name, works, true, works ? "" : found->second});
    }
    auto const history = failures.find(anomaly_score); // sign-ins go on without it (decisions D-65)
    bool const looks_back = history == failures.end();
    states.push_back({anomaly_score, looks_back, false, looks_back ? "" : history->second});
    auto const mail = sender_.health();
    states.push_back({"mail", mail.works, false, mail.failure}); // mail may wait (behaviours §2)
    for (auto const& watched : watched_) {
        auto trouble = watched.trouble();
        states.push_back({watched.name, trouble.empty(), false, std::move(trouble)});
    }
    if (feed_) { // without it the database is asked on every request (behaviours §2)
        bool const hears = feed_->is_current();
        states.push_back({"change feed", hears, false, hears ? "" : "hears nothing"});
    }
    co_return states;
}

} // namespace gatehouse::app
