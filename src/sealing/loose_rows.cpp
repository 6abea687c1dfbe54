// Counting, and looking up where the counts differ.
#include "sealing/loose_rows.h"

#include "domain/seals.h"

#include <limits>
#include <utility>

namespace gatehouse::sealing {
namespace {
using domain::OrganizationId;
using domain::Storage;

constexpr int rows_of_a_stretch = 50'000; // looked up in one statement

} // namespace

Async<std::optional<std::int64_t>>
find_stranger(Storage& storage, OrganizationId organization, StretchOptions options)
{
    std::optional<std::int64_t> stranger;
    domain::Stretch stretch{.rows = options.rows_at_once};
    stretch.last = std::numeric_limits<std::int64_t>::min();
    while (stretch.rows == options.rows_at_once && !stranger) {
        auto work = co_await storage.read(); // one each: a unit has its time
        auto& ledger = work->sealed_ledger();
        auto const after = stretch.last;
        stretch = co_await ledger.stretch(organization, after, options.rows_at_once);
        if (stretch.rows > 0 && (options.each || stretch.rows != stretch.known))
            stranger = co_await ledger.stranger(organization, after, stretch.last);
    }
    co_return stranger;
}

Async<Loose> loose_rows(Storage& storage, OrganizationId organization, std::int64_t pruned)
{
    Loose loose;
    StretchOptions options{.rows_at_once = rows_of_a_stretch};
    {
        auto work = co_await storage.read();
        auto& ledger = work->sealed_ledger();
        loose.unsealed = co_await ledger.unsealed(organization);
        loose.vanished = co_await ledger.vanished(organization);
        loose.below = co_await ledger.sealed_below(organization, 0);
        // What is pruned may lie there a while longer; nobody follows it, so that it counts for
        // nothing.
        auto const left = co_await ledger.sealed_below(organization, pruned);
        options.each = left.has_value();
    }
    loose.stranger = co_await find_stranger(storage, organization, options);
    co_return loose;
}

Found find_loose(Loose const& loose)
{
    if (loose.stranger)
        return Finding{
            .seq = std::nullopt,
            .id = loose.stranger,
            .what = "the row is neither sealed nor waits to be: it was put in past the server"
        };
    if (loose.vanished)
        return Finding{
            .seq = std::nullopt, .id = loose.vanished, .what = "the row went before it was sealed"
        };
    if (loose.below)
        return Finding{
            .seq = std::nullopt,
            .id = loose.below,
            .what = "its seal stands before the chain begins: it was put in past the server"
        };
    return std::nullopt;
}

} // namespace gatehouse::sealing
