// Which controls test themselves.
#include "app/canaries.h"
#include "app/wiring.h"

#include <memory>
#include <string_view>
#include <utility>

namespace gatehouse::app {
namespace {
using Control = SelfChecks::Control;

constexpr bool needed = true; // nothing is served without it; the others may fail open or wait

// What may be lost without anybody being told in the answer.
void add_losses(SelfChecks& checks, Control control, std::string_view counted_as)
{
    auto const losses = std::make_shared<Losses>(counted_as);
    checks.add(std::move(control), [losses] { return losses->check(); });
}

} // namespace

void House::add_database_controls()
{
    checks_.add({"database", needed}, [this] { return storage_->probe(); });
    checks_.add({"lockout", needed}, [this] { return try_attempts(*storage_, clock_.now()); });
    checks_.add({"ledger", needed}, [this] { return try_ledger(*storage_, clock_.now()); });
    checks_.add({"clock", needed}, [this] { return compare_clocks(*storage_, clock_); });
    checks_.add({"signing keys", needed}, [this] { return keys_.read_again(); });
    checks_.add({"vault key", needed}, [this] { return try_vault_key(*storage_, key_, random_); });
    if (storage_->driver_name() == "postgres")
        checks_.add({"row level security", needed}, [this] { return try_second_wall(*storage_); });
}

void House::add_open_controls()
{
    checks_.watch({"bcrypt lanes", !needed}, [this] { return passwords_.trouble(); });
    checks_.add({"anomaly score", !needed}, [this] {
        auto const may_take = configuration_.domain.risk.history_may_take;
        return try_history(*storage_, clock_.now(), may_take);
    });
    checks_.watch({"scored sign-ins", !needed}, [this] {
        return risk_scores_.trouble(clock_.now());
    });
    checks_.add(
        {"ledger sealer", !needed},
        [this] { return try_seals(*storage_, key_, clock_.now()); },
        [this] { return ledger_.sealer_trouble(); }
    );
    checks_.watch({"ledger history", !needed}, [this] { return ledger_.history_trouble(); });
    if (ledger_.publishes())
        checks_.watch({"ledger checkpoints", !needed}, [this] {
            return ledger_.publisher_trouble();
        });
    checks_.add(
        {"mail", !needed},
        [this] { return try_outbox(*storage_, clock_.now()); },
        [this] { return trouble_with_mail(sender_.health(), clock_.now()); }
    );
    checks_.add(
        {"limiter", !needed},
        [this] { return try_counters(*storage_, clock_.now()); },
        [this] { return limiter_trouble(); }
    );
}

std::string House::limiter_trouble() const
{
    if (!configuration_.domain.rate_limit)
        return "switched off: rate_limit";
    return server_->ceilings().trouble(clock_.now());
}

std::string House::retention_trouble() const
{
    if (!background_) // the house is being closed
        return "";
    for (auto const* const work : {"clear-away", "erasures"})
        if (auto const why = background_->trouble_of(work); !why.empty())
            return std::string(work) + ": " + why;
    return "";
}

void House::add_controls()
{
    add_database_controls();
    add_open_controls();
    if (database_.has_feed) { // without it the database is asked on every request (behaviours §2)
        auto const hearing = std::make_shared<Hearing>(*database_.source);
        checks_.watch({"change feed", !needed}, [hearing] { return hearing->trouble(); });
    }
    if (places_)
        checks_.add(
            {"places", !needed},
            [this] { return places_->check(); },
            [this] { return places_->trouble(); }
        );
    checks_.watch({"retention", !needed}, [this] { return retention_trouble(); });
    add_losses(checks_, {"work afterwards", !needed}, "afterwards");
    add_losses(checks_, {"own numbers", !needed}, "me_data");
    add_losses(checks_, {"last seen", !needed}, "last_seen_at");
}

} // namespace gatehouse::app
