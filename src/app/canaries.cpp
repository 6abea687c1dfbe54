// What each canary does.
#include "app/canaries.h"

#include "core/log.h"
#include "core/metrics.h"
#include "crypto/vault_wrap.h"
#include "domain/attempts.h"
#include "domain/ledger.h"
#include "domain/ledger_chain.h"
#include "domain/lockout.h"
#include "domain/mail_requests.h"
#include "domain/outbox.h"
#include "domain/seals.h"
#include "domain/session_history.h"
#include "domain/vaults.h"
#include "sealing/audit_keys.h"
#include "sealing/batching.h"

#include <stdexcept>
#include <utility>

namespace gatehouse::app {
namespace {
using domain::Attempt;
using domain::AttemptMethod;
using domain::CanonicalAddress;
using domain::Event;
using domain::LedgerEntry;
using domain::OrganizationId;
using domain::Outcome;
using domain::Storage;
using domain::UserId;
using Steady = std::chrono::steady_clock;

// No address and no id, so that nobody can ever have it.
constexpr char const* nobody = "self-check of gatehouse";
constexpr int tries_that_close = 5;
constexpr Duration clocks_should_not_differ = 2s;
constexpr Duration clocks_may_differ = 30s;
constexpr Duration rows_may_wait = 10s;
// Longer than any transport may take for one mail.
constexpr Duration outbox_may_lie = 45s;
constexpr std::chrono::seconds may_be_deaf{3};

domain::WaitingRow row_of_nobody(Instant now)
{
    domain::LedgerRow row{.id = 1, .created_at = to_text(now)};
    row.event_type = nobody;
    row.details = "{}";
    row.pii_commitment = std::string(sizeof(domain::Digest), '\0');
    return {OrganizationId(nobody), std::move(row)};
}

void require(bool holds, char const* otherwise)
{
    if (!holds)
        throw std::runtime_error(otherwise);
}

// Where nothing is opened that should not be, and what should be is the same again.
void try_wrap(crypto::KeyEncryptionKey const& key, Random& random)
{
    auto const made = crypto::mint_master_key(random);
    auto const wrap = crypto::wrap_master_key(key, made, nobody, random);
    auto const version = crypto::current_wrap_version;
    auto const opened = crypto::unwrap_master_key(key, wrap, version, nobody);
    bool const is_same
        = opened && crypto::check_of_master_key(*opened) == crypto::check_of_master_key(made);
    require(is_same, "what the key wraps does not open under it");
    auto const elsewhere = crypto::unwrap_master_key(key, wrap, version, "somebody else");
    require(!elsewhere, "what the key wraps for one person opens for another");
}

} // namespace

Async<void> try_attempts(Storage& storage, Instant now)
{
    auto work = co_await storage.begin();
    CanonicalAddress const address(nobody);
    co_await work->attempts().lock(address);
    for (int tries = 0; tries < tries_that_close; ++tries) {
        Attempt attempt{.address = address};
        attempt.attempted_at = now;
        co_await work->attempts().record(std::move(attempt));
    }
    auto const window = co_await work->attempts().failures(address, AttemptMethod::password, now);
    require(window.newest.has_value(), "an attempt that was just recorded is not counted");
    require(domain::closed(window, now).has_value(), "five wrong tries do not close an address");
    // Dropped: a canary leaves no row.
}

Async<void> try_ledger(Storage& storage, Instant now)
{
    auto work = co_await storage.begin();
    LedgerEntry entry{.created_at = now, .event = Event::control_recovered};
    entry.outcome = Outcome::skipped;
    auto const row = co_await work->ledger().append(std::move(entry));
    OrganizationId const chain{std::string(domain::system_chain)};
    bool const waits = co_await work->seals().waits(chain, row);
    require(waits, "a row that was appended does not wait to be sealed");
    bool const append_only = co_await work->seals().ledger_is_guarded();
    require(append_only, "the database no longer refuses changes of the ledger");
}

Async<void> try_seals(Storage& storage, crypto::KeyEncryptionKey const& key, Instant now)
{
    auto const signer = co_await sealing::signer_of(storage, key);
    require(signer != nullptr, "no audit key signs");
    auto work = co_await storage.begin();
    auto const waiting = co_await work->seals().waiting();
    if (waiting.longest > rows_may_wait)
        throw std::runtime_error(
            std::to_string(waiting.rows) + " rows wait, the oldest for "
            + std::to_string(waiting.longest.count() / 1000) + " s"
        );
    // Where nothing waits, the sealer itself would not come upon what keeps it from sealing.
    auto const batches = sealing::batches_of({row_of_nobody(now)}, {}, *signer, now);
    bool const publish = true;
    for (auto const& batch : batches)
        work->seals().append(batch, publish);
    std::vector<std::string> chains{nobody};
    auto const heads = co_await work->seals().heads(std::move(chains));
    bool const is_there = heads.contains(nobody) && heads.at(nobody).seq == 1;
    require(is_there, "a row that was just sealed is not the end of its chain");
    // Dropped.
}

Async<void> try_history(Storage& storage, Instant now, Duration may_take)
{
    auto work = co_await storage.read_within(may_take);
    co_await work->session_history().of(OrganizationId(nobody), UserId(nobody), 1, now);
}

Async<void> try_counters(Storage& storage, Instant now)
{
    auto work = co_await storage.begin();
    auto const first = co_await work->rate_counters().add(nobody, now, 1h);
    auto const second = co_await work->rate_counters().add(nobody, now, 1h);
    require(first.count == 1, "a counter was kept that was taken back");
    require(second.count == 2, "what is asked for twice is not counted twice");
}

Async<void> try_outbox(Storage& storage, Instant now)
{
    auto work = co_await storage.read();
    auto const backlog = co_await work->outbox().backlog(now);
    require(backlog.due <= backlog.waiting, "more mail is due than waits");
}

Async<void> try_vault_key(Storage& storage, crypto::KeyEncryptionKey const& key, Random& random)
{
    try_wrap(key, random);
    auto const stored = co_await sealing::signer_of(storage, key); // throws where it does not open
    require(stored != nullptr, "no audit key signs");
    auto work = co_await storage.read();
    auto const found = co_await work->vaults().find(OrganizationId(nobody), UserId(nobody));
    require(!found, "nobody has a vault");
}

Async<void> try_second_wall(Storage& storage)
{
    bool const stands = co_await storage.probe_second_wall();
    require(stands, "the database has no row-level security");
}

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

std::string trouble_with_mail(outbound::MailHealth const& health, Instant now)
{
    if (!health.works)
        return health.failure;
    if (!health.looked_at || now - *health.looked_at <= outbox_may_lie)
        return {};
    auto const seconds = (now - *health.looked_at).count() / 1000;
    return "nobody has looked for mail to send for " + std::to_string(seconds) + " s";
}

Hearing::Hearing(ChangeSource& feed)
    : feed_(feed)
{
}

std::string Hearing::trouble()
{
    bool const hears = feed_.is_current();
    auto const now = Steady::now();
    std::scoped_lock const lock(mutex_);
    if (hears)
        deaf_since_.reset();
    else if (!deaf_since_)
        deaf_since_ = now;
    if (!deaf_since_ || now - *deaf_since_ < may_be_deaf)
        return {};
    return "hears nothing: the database is asked on every request";
}

Losses::Losses(std::string_view control)
    : control_(control)
    , seen_(value())
{
}

double Losses::value() const
{
    return metrics::value("gatehouse_failed_open_total", {{"control", control_}});
}

Async<void> Losses::check()
{
    auto const now = value();
    auto const lost = now - std::exchange(seen_, now);
    if (lost > 0)
        throw std::runtime_error(
            std::to_string(static_cast<long>(lost)) + " since the last look; the log says why"
        );
    co_return;
}

} // namespace gatehouse::app
