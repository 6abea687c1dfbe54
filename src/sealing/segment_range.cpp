// Looking for it.
#include "sealing/segment_range.h"

#include "domain/seals.h"
#include "sealing/pruning.h"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace gatehouse::sealing {
namespace {
using domain::ChainRange;
using domain::OrganizationId;
using domain::Storage;
using Stub = std::optional<domain::Pruning>;

// The hash that the chain has after `seq`.
Async<std::string> hash_after(
    domain::UnitOfWork& work, OrganizationId organization, std::int64_t seq, Stub const& stub
)
{
    if (seq == 0)
        co_return domain::bytes_of(domain::genesis_hash(organization));
    if (stub && stub->chain_seq == seq)
        co_return domain::bytes_of(stub->head_hash);
    auto const hash = co_await work.sealed_ledger().hash_at(organization, seq);
    if (!hash)
        throw std::runtime_error(
            "the ledger's chain of " + organization.text() + " has no row " + std::to_string(seq)
            + "; see gatehouse audit verify"
        );
    co_return *hash;
}

// Behind the stub: what it stands for is gone, or is going at this moment.
ChainRange behind(ChainRange range, Stub const& stub)
{
    if (!stub || range.last == 0)
        return range;
    if (range.last <= stub->chain_seq)
        return {};
    range.first = std::max(range.first, stub->chain_seq + 1);
    return range;
}

Async<Proof>
proof_of(Storage& storage, OrganizationId organization, Instant from, Instant to, Stub const& stub)
{
    auto work = co_await storage.read();
    auto const met = co_await work->sealed_ledger().range(organization, from, to);
    auto const range = behind(met, stub);
    Proof proof;
    proof.organization_id = organization;
    proof.from = to_text(from);
    proof.to = to_text(to);
    proof.first_seq = range.first;
    proof.last_seq = range.last;
    proof.prev_hash = co_await hash_after(*work, organization, range.first - 1, stub);
    proof.head_hash = co_await hash_after(*work, organization, range.last, stub);
    proof.unsealed = co_await work->sealed_ledger().unsealed(organization);
    co_return proof;
}

} // namespace

// Anew where something was pruned between two looks.
Async<SegmentRange>
begin_segment(Storage& storage, OrganizationId organization, Instant from, Instant to)
{
    for (int turn = 1;; ++turn) {
        SegmentRange begun;
        begun.stub = co_await newest_stub(storage, organization);
        std::exception_ptr failure;
        try {
            begun.proof = co_await proof_of(storage, organization, from, to, begun.stub);
        } catch (std::runtime_error const&) { // thrown on below, unless it comes of pruning
            failure = std::current_exception();
        }
        auto const newest = co_await newest_stub(storage, organization);
        if (newest != begun.stub && turn < most_turns)
            continue;
        if (failure)
            std::rethrow_exception(failure);
        co_return begun;
    }
}

} // namespace gatehouse::sealing
