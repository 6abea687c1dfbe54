// Stubs, and the rows that they stand for.
#include "sealing/pruning.h"

#include "core/metrics.h"
#include "core/text.h"
#include "domain/ledger.h"
#include "domain/members.h"
#include "domain/organizations.h"
#include "domain/prunings.h"
#include "domain/retention.h"
#include "domain/seals.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace gatehouse::sealing {
namespace {
using domain::OrganizationId;
using domain::Prunable;
using domain::Pruning;
using domain::Storage;
using domain::UnitOfWork;

constexpr std::int64_t rows_at_once = 1000;
constexpr int most_units = 1000; // of one organization; the next time goes on

// A unit that may take something of this organization: null where another node is at it, or where
// somebody is held by now. Whoever sets a hold waits for it, or it for them.
Async<std::unique_ptr<UnitOfWork>> unit_for(Storage& storage, OrganizationId organization)
{
    auto work = co_await storage.begin();
    bool const is_ours = co_await work->members().retention().lock();
    if (!is_ours)
        co_return nullptr;
    co_await work->organizations().lock(organization);
    bool const held = co_await work->members().retention().holds_anybody(organization);
    if (held) {
        co_await work->commit(); // so that the lock is free again for the next organization
        co_return nullptr;
    }
    co_return work;
}

Pruning stub_of(
    OrganizationId const& organization, Prunable const& range, Signer const& signer, Instant now
)
{
    Pruning stub;
    stub.organization_id = organization;
    stub.created_at = now;
    stub.chain_seq = range.chain_seq;
    stub.head_hash = range.head_hash;
    stub.kid = signer.kid;
    stub.signature = signer.pair.sign(domain::signed_text(stub));
    return stub;
}

domain::LedgerEntry entry_of(Pruning const& stub, std::int64_t days)
{
    domain::LedgerEntry entry{
        .created_at = stub.created_at, .event = domain::Event::resource_deleted
    };
    entry.organization_id = stub.organization_id;
    entry.resource = "ledger";
    entry.resource_id = stub.organization_id.text();
    entry.details["upTo"] = stub.chain_seq;
    entry.details["headHash"] = to_hex(domain::bytes_of(stub.head_hash));
    entry.details["ledgerDays"] = days;
    return entry;
}

Async<void> put_stub(
    Storage& storage,
    Signer const& signer,
    OrganizationId organization,
    std::int64_t days,
    Instant now
)
{
    auto work = co_await unit_for(storage, organization);
    if (!work)
        co_return;
    auto const before = now - 24h * days;
    auto const range = co_await work->sealed_ledger().prunings().prunable(organization, before);
    if (!range || range->oldest > before - pruned_every) {
        co_await work->commit(); // so that the lock is free again for what an earlier stub left
        co_return;
    }
    auto const stub = stub_of(organization, *range, signer, now);
    co_await work->sealed_ledger().prunings().insert(stub);
    co_await work->ledger().append(entry_of(stub, days));
    co_await work->commit();
}

Async<void> remove_rows(Storage& storage, OrganizationId organization)
{
    for (int unit = 0; unit < most_units; ++unit) {
        auto work = co_await unit_for(storage, organization);
        if (!work)
            co_return;
        auto const removed
            = co_await work->sealed_ledger().prunings().remove(organization, rows_at_once);
        co_await work->commit();
        if (removed == 0)
            co_return;
        metrics::count(
            "gatehouse_cleared_away_total",
            {{"table", "audit_ledger"}},
            static_cast<double>(removed)
        );
    }
}

} // namespace

Async<void> prune_ledgers(Storage& storage, Signer const& signer, Instant now)
{
    auto looking = co_await storage.read();
    auto const wanted = co_await looking->sealed_ledger().prunings().wanted();
    looking.reset();
    for (auto const& [organization, days] : wanted) {
        co_await put_stub(storage, signer, organization, days, now);
        co_await remove_rows(storage, organization);
    }
}

Found check_pruning(
    Pruning const& pruning, OrganizationId const& organization, KnownKeys const& keys
)
{
    auto const wrong = [&](std::string const& what) {
        return Finding{
            .seq = pruning.chain_seq,
            .id = std::nullopt,
            .what = "the stub for the rows up to " + std::to_string(pruning.chain_seq) + " " + what
        };
    };
    if (pruning.organization_id != organization)
        return wrong("is of another organization");
    auto const* const key = keys.find(pruning.kid);
    if (!key)
        return wrong("is signed by a key that is not trusted: " + pruning.kid);
    if (!key->verify(domain::signed_text(pruning), pruning.signature))
        return wrong("has a wrong signature");
    return std::nullopt;
}

Found check_stands_on(Pruning const& pruning, std::int64_t first, std::string_view before)
{
    auto const behind = first - pruning.chain_seq;
    if (behind > 1 || (behind == 1 && before == domain::bytes_of(pruning.head_hash)))
        return std::nullopt;
    return Finding{
        .seq = first,
        .id = std::nullopt,
        .what = "the row does not stand on the stub for the rows up to "
            + std::to_string(pruning.chain_seq)
    };
}

} // namespace gatehouse::sealing
