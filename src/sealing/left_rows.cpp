// From the stub backwards: the hash that is signed says which row is the true one in each place.
#include "sealing/left_rows.h"

#include "domain/ledger_chain.h"
#include "domain/seals.h"

#include <algorithm>
#include <ranges>
#include <utility>
#include <vector>

namespace gatehouse::sealing {
namespace {
using domain::Digest;
using domain::OrganizationId;
using domain::Pruning;
using domain::SealedRow;
using domain::Storage;

Finding about(SealedRow const& sealed, std::string what)
{
    return {.seq = sealed.seq, .id = sealed.ledger_id, .what = std::move(what)};
}

// Takes rows from the last one to the first.
class Backwards {
public:
    explicit Backwards(Pruning const& stub)
        : hasher_(stub.organization_id)
        , expected_(stub.chain_seq)
        , head_(stub.head_hash)
    {
    }
    std::int64_t expected() const { return expected_; }

    Found take(SealedRow const& sealed)
    {
        if (!sealed.row)
            return about(sealed, "the row is gone");
        auto const before = domain::digest_of(sealed.prev_hash);
        bool const is_sealed_here
            = before && hasher_.hash(sealed.seq, *sealed.row, *before) == head_;
        if (!is_sealed_here || sealed.row_hash != domain::bytes_of(head_))
            return about(sealed, "the row, or the hash sealed for it, is not what was pruned");
        if (domain::commitment_of(*sealed.row) == domain::Commitment::broken)
            return about(sealed, "its personal data are not those that were committed to");
        --expected_;
        head_ = *before;
        return std::nullopt;
    }

private:
    domain::RowHasher hasher_;
    std::int64_t expected_; // the row that comes next
    Digest head_; // and its hash
};

// Removed between the look at its seal and the look at the row.
Async<bool> is_going(Storage& storage, OrganizationId organization, SealedRow const& sealed)
{
    if (sealed.row)
        co_return false;
    auto work = co_await storage.read();
    auto const hash = co_await work->sealed_ledger().hash_at(std::move(organization), sealed.seq);
    co_return !hash;
}

Async<std::vector<SealedRow>> rows_between(
    Storage& storage, OrganizationId organization, std::int64_t after, std::int64_t last, int limit
)
{
    auto work = co_await storage.read();
    auto rows = co_await work->sealed_ledger().rows(std::move(organization), after, last, limit);
    co_return rows;
}

} // namespace

Async<Found> check_left_rows(Storage& storage, Pruning stub, int rows_at_once)
{
    Backwards check(stub);
    bool goes_on = true;
    while (goes_on) {
        auto const last = check.expected();
        auto const after = std::max<std::int64_t>(0, last - rows_at_once);
        auto const page
            = co_await rows_between(storage, stub.organization_id, after, last, rows_at_once);
        for (auto const& sealed : page | std::views::reverse) {
            if (sealed.seq != check.expected())
                break;
            bool const is_gone = co_await is_going(storage, stub.organization_id, sealed);
            if (is_gone)
                break;
            if (auto found = check.take(sealed))
                co_return found;
        }
        goes_on = after > 0 && check.expected() == after;
    }
    if (check.expected() <= 0)
        co_return std::nullopt;
    // What came before is gone, and with it everything before that.
    auto const below = co_await rows_between(storage, stub.organization_id, 0, check.expected(), 1);
    if (below.empty())
        co_return std::nullopt;
    co_return about(
        below.front(),
        "it was put in before what was pruned, or row " + std::to_string(check.expected())
            + " was taken away behind it"
    );
}

} // namespace gatehouse::sealing
