// Page by page, each read in a unit of work of its own.
#include "sealing/old_rows.h"

#include "domain/seals.h"
#include "sealing/pruning.h"

#include <deque>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace gatehouse::sealing {
namespace {
using domain::Checkpoint;
using domain::OrganizationId;
using domain::Prunable;
using domain::Pruning;
using domain::SealedRow;
using domain::Storage;

constexpr int rows_of_a_page = 1000;
constexpr int checkpoints_of_a_page = 500;

// The checkpoints of the rows that are looked at, some ahead of them.
struct Ahead {
    std::deque<Checkpoint> read;
    std::int64_t reached;
    bool is_all = false;

    std::optional<Checkpoint> next()
    {
        if (read.empty())
            return std::nullopt;
        auto checkpoint = std::move(read.front());
        read.pop_front();
        return checkpoint;
    }
};

Async<void> read_ahead(
    Storage& storage, OrganizationId organization, std::int64_t row, std::int64_t last, Ahead& ahead
)
{
    while (!ahead.is_all && ahead.reached <= row) {
        auto work = co_await storage.read();
        auto page = co_await work->sealed_ledger().checkpoints(
            organization, ahead.reached, last, checkpoints_of_a_page
        );
        ahead.is_all = page.size() < static_cast<std::size_t>(checkpoints_of_a_page);
        if (!page.empty())
            ahead.reached = page.back().chain_seq;
        std::ranges::move(page, std::back_inserter(ahead.read));
    }
}

Found look(ChainCheck& check, SealedRow const& sealed, std::string const& before)
{
    if (!sealed.row)
        return Finding{.seq = sealed.seq, .id = sealed.ledger_id, .what = "the row is gone"};
    if (auto found = check.row(sealed.seq, *sealed.row, sealed.row_hash))
        return found;
    if (sealed.row->created_at < before)
        return std::nullopt;
    return Finding{
        .seq = sealed.seq,
        .id = sealed.ledger_id,
        .what = "the row is younger than its checkpoint says"
    };
}

} // namespace

Async<OldRows> look_at_old_rows(
    Storage& storage,
    KnownKeys const& keys,
    OrganizationId organization,
    std::optional<Pruning> stub,
    Prunable range,
    Instant before
)
{
    OldRows seen;
    seen.found = stub ? check_pruning(*stub, organization, keys) : std::nullopt;
    if (seen.found)
        co_return seen;
    auto const bound = to_text(before);
    auto after = stub ? stub->chain_seq : 0;
    auto const head = stub ? stub->head_hash : domain::genesis_hash(organization);
    Ahead ahead{.read = {}, .reached = after};
    co_await read_ahead(storage, organization, after, range.chain_seq, ahead);
    ChainCheck check(organization, after + 1, head, keys, [&ahead] { return ahead.next(); });
    while (after < range.chain_seq && !seen.found) {
        auto work = co_await storage.read();
        auto const page = co_await work->sealed_ledger().rows(
            organization, after, range.chain_seq, rows_of_a_page
        );
        work.reset();
        if (page.empty())
            break;
        after = page.back().seq;
        co_await read_ahead(storage, organization, after, range.chain_seq, ahead);
        for (auto row = page.begin(); row != page.end() && !seen.found; ++row)
            seen.found = look(check, *row, bound);
    }
    if (!seen.found)
        seen.found = check.end();
    if (!seen.found && (check.expected() != range.chain_seq + 1 || check.head() != range.head_hash))
        seen.found = Finding{
            .seq = check.expected(), .id = std::nullopt, .what = "the chain is not what it was"
        };
    seen.newest = check.newest();
    co_return seen;
}

} // namespace gatehouse::sealing
