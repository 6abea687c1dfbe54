// Stubs, and the rows that they stand for.
#include "sealing/pruning.h"

#include "core/log.h"
#include "core/metrics.h"
#include "core/text.h"
#include "domain/ledger.h"
#include "domain/members.h"
#include "domain/organizations.h"
#include "domain/prunings.h"
#include "domain/retention.h"
#include "domain/seals.h"
#include "sealing/old_rows.h"

#include <algorithm>
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

domain::LedgerEntry entry_of(Pruning const& stub, std::int64_t days, std::string newest)
{
    domain::LedgerEntry entry{
        .created_at = stub.created_at, .event = domain::Event::resource_deleted
    };
    if (stub.organization_id.text() != domain::system_chain)
        entry.organization_id = stub.organization_id;
    entry.resource = "ledger";
    entry.resource_id = stub.organization_id.text();
    entry.details["upTo"] = stub.chain_seq;
    entry.details["headHash"] = to_hex(domain::bytes_of(stub.head_hash));
    entry.details["ledgerDays"] = days;
    entry.details["newest"] = std::move(newest);
    return entry;
}

struct Seen {
    std::optional<Pruning> stub; // the newest
    std::optional<Prunable> range; // whose time is over, as the tables tell
};

Async<Seen> look(UnitOfWork& work, OrganizationId organization, Instant before)
{
    auto& prunings = work.sealed_ledger().prunings();
    Seen seen;
    seen.stub = co_await prunings.newest(organization);
    seen.range = co_await prunings.prunable(organization, before);
    if (seen.range && seen.range->oldest > before - pruned_every)
        seen.range.reset();
    if (!seen.range || organization.text() != domain::system_chain)
        co_return seen;
    bool const held = co_await prunings.tells_of_somebody_held(organization, seen.range->chain_seq);
    if (held)
        seen.range.reset();
    co_return seen;
}

std::string tell(OrganizationId const& organization, Finding const& found)
{
    metrics::count("gatehouse_pruning_refused_total");
    log::Line line(log::Level::error, "pruning.refused");
    line.with("organization", organization.text()).with("cause", found.what);
    if (found.seq)
        line.with("row", *found.seq);
    return "the ledger of " + organization.text() + " is not pruned: row "
        + std::to_string(found.seq.value_or(0)) + ": " + found.what;
}

struct Pass {
    Storage& storage;
    std::shared_ptr<Signer const> signer;
    KnownKeys keys;
    Instant now;
};

// What was looked at is what goes: a stub or a hold that came meanwhile ends it.
Async<void> sign_for(
    Pass const& pass, OrganizationId organization, std::int64_t days, Seen seen, std::string newest
)
{
    auto work = co_await unit_for(pass.storage, organization);
    if (!work)
        co_return;
    auto const again = co_await look(*work, organization, pass.now - 24h * days);
    if (again.stub != seen.stub || !again.range || again.range->chain_seq < seen.range->chain_seq) {
        co_await work->commit(); // so that the lock is free again for what an earlier stub left
        co_return;
    }
    auto const stub = stub_of(organization, *seen.range, *pass.signer, pass.now);
    co_await work->sealed_ledger().prunings().insert(stub);
    co_await work->ledger().append(entry_of(stub, days, std::move(newest)));
    co_await work->commit();
}

// What is wrong; empty: nothing.
Async<std::string> put_stub(Pass const& pass, OrganizationId organization, std::int64_t wanted)
{
    auto const days = std::max(wanted, domain::shortest_ledger_days);
    auto const before = pass.now - 24h * days;
    auto looking = co_await pass.storage.read();
    auto seen = co_await look(*looking, organization, before);
    looking.reset();
    if (!seen.range)
        co_return std::string();
    auto old = co_await look_at_old_rows(
        pass.storage, pass.keys, organization, seen.stub, *seen.range, before
    );
    if (!old.found) {
        co_await sign_for(pass, organization, days, std::move(seen), std::move(old.newest));
        co_return std::string();
    }
    // Another node may have pruned them meanwhile, which is no finding.
    auto const newest = co_await newest_stub(pass.storage, organization);
    if (newest != seen.stub)
        co_return std::string();
    co_return tell(organization, *old.found);
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

Async<std::string> prune_ledgers(
    Storage& storage, crypto::KeyEncryptionKey const& key, Instant now, PruningOptions options
)
{
    auto looking = co_await storage.read();
    auto wanted = co_await looking->sealed_ledger().prunings().wanted();
    looking.reset();
    if (options.system_days)
        wanted.emplace_back(
            OrganizationId(std::string(domain::system_chain)), *options.system_days
        );
    std::string trouble;
    if (wanted.empty())
        co_return trouble;
    auto signer = co_await signer_of(storage, key);
    auto keys = co_await keys_of(storage, &key, std::nullopt);
    Pass const pass{storage, std::move(signer), std::move(keys), now};
    for (auto const& [organization, days] : wanted) {
        auto wrong = co_await put_stub(pass, organization, days);
        if (!wrong.empty())
            trouble = std::move(wrong);
        co_await remove_rows(storage, organization);
    }
    co_return trouble;
}

Async<std::optional<domain::Pruning>>
newest_stub(domain::Storage& storage, domain::OrganizationId organization)
{
    auto work = co_await storage.read();
    auto stub = co_await work->sealed_ledger().prunings().newest(std::move(organization));
    co_return stub;
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
