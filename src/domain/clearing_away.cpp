// Removing in small units until nothing is left, or others should have their turn.
#include "domain/clearing_away.h"

#include "core/metrics.h"
#include "domain/members.h"
#include "domain/refresh_tokens.h"
#include "domain/retention.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::domain {
namespace {

constexpr std::int64_t at_once = 1000;
constexpr int most_units = 100; // the next time goes on

using Removing = std::function<Async<std::int64_t>(Retention&)>;
using Special = std::vector<std::pair<OrganizationId, RetentionSettings>>;

Async<void> clear(Storage& storage, std::string_view table, Removing remove)
{
    for (int unit = 0; unit < most_units; ++unit) {
        auto work = co_await storage.begin();
        bool const is_ours = co_await work->members().retention().lock();
        if (!is_ours)
            co_return;
        auto const removed = co_await remove(work->members().retention());
        co_await work->commit();
        if (removed > 0)
            metrics::count(
                "gatehouse_cleared_away_total", {{"table", table}}, static_cast<double>(removed)
            );
        if (removed < at_once)
            co_return;
    }
}

// What went wrong at which table, so that one that cannot be swept keeps no other from it.
using Failures = std::vector<std::string>;

Async<void>
try_to_clear(Storage& storage, std::string_view table, Removing remove, Failures& failures)
{
    std::string failure;
    try {
        co_await clear(storage, table, std::move(remove));
    } catch (std::exception const& caught) {
        failure = std::string(table) + ": " + caught.what();
    }
    if (!failure.empty())
        failures.push_back(std::move(failure));
}

void require_none(Failures const& failures)
{
    if (failures.empty())
        return;
    auto const more = failures.size() > 1
        ? " (and " + std::to_string(failures.size() - 1) + " more)"
        : std::string();
    throw std::runtime_error(failures.front() + more);
}

Async<Special> special_ones(Storage& storage)
{
    auto work = co_await storage.read();
    auto special = co_await work->members().retention().special();
    co_return special;
}

} // namespace

Async<void> clear_away(Storage& storage, Instant now)
{
    auto const special = co_await special_ones(storage);
    Failures failures;
    for (auto const kind : everything_that_ends()) {
        auto const usual = now - stay_of(kind, {});
        Removing const everywhere = [=](Retention& from) {
            return from.remove(kind, usual, at_once);
        };
        co_await try_to_clear(storage, table_of(kind), everywhere, failures);
        if (!is_of_organizations(kind))
            continue;
        for (auto const& [organization, settings] : special) {
            auto const before = now - stay_of(kind, settings);
            Removing const here = [=, id = organization](Retention& from) {
                return from.remove_of(kind, id, before, at_once);
            };
            co_await try_to_clear(storage, table_of(kind), here, failures);
        }
    }
    Removing const deserted = [now](Retention& from) {
        return from.remove_deserted(now - deserted_stay, at_once);
    };
    co_await try_to_clear(storage, "organizations", deserted, failures);
    require_none(failures);
}

Async<void> tell_sizes(Storage& storage)
{
    auto work = co_await storage.read();
    auto const sizes = co_await work->members().retention().sizes();
    for (auto const& [table, rows] : sizes) {
        auto const owner = std::ranges::find(table_owners(), table, &TableOwner::table);
        if (owner != table_owners().end() && owner->grows_with_traffic)
            metrics::gauge("gatehouse_table_rows", static_cast<double>(rows), {{"table", table}});
    }
}

Async<void> wipe_successors(Storage& storage, Instant before)
{
    auto work = co_await storage.begin();
    co_await work->refresh_tokens().forget_successors(before);
    co_await work->commit();
}

} // namespace gatehouse::domain
