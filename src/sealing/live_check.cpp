// Reading a chain in pages, and following it.
#include "sealing/live_check.h"

#include "core/event_loop.h"
#include "core/log.h"
#include "domain/prunings.h"
#include "domain/seals.h"
#include "sealing/left_rows.h"
#include "sealing/loose_rows.h"
#include "sealing/pruning.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <exception>
#include <future>
#include <utility>

namespace gatehouse::sealing {
namespace {
using domain::ChainRange;
using domain::Checkpoint;
using domain::OrganizationId;
using domain::SealedRow;
using domain::Storage;

constexpr int rows_of_a_page = 5000;
constexpr int checkpoints_of_a_page = 1000;

Async<ChainRange> whole(Storage& storage, OrganizationId organization)
{
    auto work = co_await storage.read();
    auto range = co_await work->sealed_ledger().whole(std::move(organization));
    co_return range;
}

Async<std::vector<SealedRow>>
rows_between(Storage& storage, OrganizationId organization, std::int64_t after, std::int64_t last)
{
    auto work = co_await storage.read();
    auto rows
        = co_await work->sealed_ledger().rows(std::move(organization), after, last, rows_of_a_page);
    co_return rows;
}

Async<std::vector<Checkpoint>> checkpoints_after(
    Storage& storage, OrganizationId organization, std::int64_t after, std::int64_t last
)
{
    auto work = co_await storage.read();
    auto checkpoints = co_await work->sealed_ledger().checkpoints(
        std::move(organization), after, last, checkpoints_of_a_page
    );
    co_return checkpoints;
}

Async<std::vector<domain::LedgerRow>>
records_behind(Storage& storage, OrganizationId organization, std::int64_t seq)
{
    auto work = co_await storage.read();
    auto records = co_await work->sealed_ledger().erasure_records(std::move(organization), seq);
    co_return records;
}

// The next pages are read while this one is checked.
class RowsAhead {
public:
    RowsAhead(
        Storage& storage, OrganizationId const& organization, std::int64_t after, std::int64_t last
    )
        : storage_(storage)
        , organization_(organization)
        , next_(after)
        , last_(last)
    {
        for (auto& page : pages_)
            begin(page);
    }

    // Nothing at the end. Behind a page that is gone whatever comes next: its number tells.
    std::vector<SealedRow> take()
    {
        auto& page = pages_[at_];
        if (!page.coming.valid())
            return {};
        auto rows = page.coming.get();
        if (rows.empty())
            return behind_gap(page);
        begin(page);
        at_ = (at_ + 1) % pages_.size();
        return rows;
    }

private:
    struct Page {
        EventLoop loop; // of one reading at a time
        std::int64_t to = 0; // the last number that may be in it
        std::future<std::vector<SealedRow>> coming;
    };
    // However far it is: pages between are not asked for one by one. Nothing is read behind it.
    std::vector<SealedRow> behind_gap(Page& gone)
    {
        next_ = last_;
        for (auto& page : pages_)
            page.coming = {}; // once it has come
        return wait_for(gone.loop, rows_between(storage_, organization_, gone.to, last_));
    }
    void begin(Page& page)
    {
        if (next_ >= last_)
            return;
        auto const after = next_;
        // Not `after + rows_of_a_page`: a number that somebody made up may be the greatest there
        // is.
        next_ = last_ - after > rows_of_a_page ? after + rows_of_a_page : last_;
        page.to = next_;
        page.coming = std::async(std::launch::async, [this, &page, after, to = next_] {
            return wait_for(page.loop, rows_between(storage_, organization_, after, to));
        });
    }

    Storage& storage_;
    OrganizationId const organization_;
    std::int64_t next_; // behind it nothing is being read
    std::int64_t const last_;
    std::size_t at_ = 0;
    std::array<Page, 2> pages_;
};

// One after the other, read in pages.
class CheckpointsInOrder {
public:
    CheckpointsInOrder(
        Storage& storage, OrganizationId const& organization, std::int64_t after, std::int64_t last
    )
        : storage_(storage)
        , organization_(organization)
        , last_(last)
        , after_(after)
    {
    }

    std::optional<Checkpoint> next()
    {
        if (read_.empty()) {
            auto page = wait_for(loop_, checkpoints_after(storage_, organization_, after_, last_));
            std::ranges::move(page, std::back_inserter(read_));
        }
        if (read_.empty())
            return std::nullopt;
        auto checkpoint = std::move(read_.front());
        read_.pop_front();
        after_ = checkpoint.chain_seq;
        return checkpoint;
    }

private:
    Storage& storage_;
    OrganizationId const organization_;
    std::int64_t const last_;
    EventLoop loop_;
    std::int64_t after_;
    std::deque<Checkpoint> read_;
};

Found check_row(ChainCheck& check, SealedRow const& sealed)
{
    auto const bad = [&](std::string what) {
        return Finding{.seq = sealed.seq, .id = sealed.ledger_id, .what = std::move(what)};
    };
    if (sealed.seq == check.expected() && sealed.prev_hash != domain::bytes_of(check.head()))
        return bad("its seal does not stand on the one before it");
    if (!sealed.row && sealed.seq == check.expected())
        return bad("the row is gone");
    if (!sealed.row)
        return check.stub(sealed.seq, sealed.row_hash); // says that its number is wrong
    return check.row(sealed.seq, *sealed.row, sealed.row_hash);
}

// Whose personal data are gone without a record. One that waits to be sealed, or was sealed behind
// the end that was looked at, was committed with what it tells of.
Found unaccounted(Storage& storage, ChainCheck& check, OrganizationId const& organization)
{
    if (!check.first_unaccounted())
        return std::nullopt;
    EventLoop loop;
    for (auto const& record :
         wait_for(loop, records_behind(storage, organization, check.expected() - 1)))
        check.account_for(record);
    return check.first_unaccounted();
}

struct Outside { // the chain itself: where it begins, and what is known of it elsewhere
    std::optional<domain::Pruning> const& stub;
    Published const& published;
};

// The seals and rows behind the stub, or from the beginning.
void follow(Storage& storage, KnownKeys const& keys, Outside const& known, ChainReport& report)
{
    EventLoop loop;
    auto const& organization = report.organization_id;
    auto const range = wait_for(loop, whole(storage, organization));
    auto const before = known.stub ? known.stub->head_hash : domain::genesis_hash(organization);
    auto const last = std::max(range.last, report.pruned);
    CheckpointsInOrder checkpoints(storage, organization, report.pruned, last);
    ChainCheck check(organization, report.pruned + 1, before, keys, [&] {
        return checkpoints.next();
    });
    PublishedCheck outside(
        known.published, organization.text(), std::max<std::int64_t>(1, report.pruned)
    );
    if (known.stub)
        report.found = outside.at(report.pruned, domain::bytes_of(before));
    RowsAhead ahead(storage, organization, report.pruned, last);
    for (auto page = ahead.take(); !page.empty() && !report.found; page = ahead.take())
        for (auto const& sealed : page) {
            report.found = check_row(check, sealed);
            if (!report.found)
                report.found = outside.at(sealed.seq, sealed.row_hash);
            if (report.found)
                break;
            ++report.rows;
        }
    report.checkpoints = check.checkpoints();
    report.sealed_late = check.sealed_late();
    report.first_late = check.first_late();
    report.erased = check.erased();
    if (!report.found)
        report.found = check.end();
    if (!report.found)
        report.found = outside.end(check.expected() - 1);
    if (!report.found)
        report.found = unaccounted(storage, check, organization);
}

ChainReport check_once(
    Storage& storage,
    KnownKeys const& keys,
    OrganizationId const& organization,
    Published const& published
)
{
    EventLoop loop;
    ChainReport report;
    report.organization_id = organization;
    auto const stub = wait_for(loop, newest_stub(storage, organization));
    report.pruned = stub ? stub->chain_seq : 0;
    report.found = stub ? check_pruning(*stub, organization, keys) : std::nullopt;
    // Beside the chain: the database does the one, and this the most of the other.
    auto coming = std::async(std::launch::async, [&] {
        EventLoop beside;
        return wait_for(beside, loose_rows(storage, organization, report.pruned));
    });
    if (!report.found && stub)
        report.found = wait_for(loop, check_left_rows(storage, *stub, rows_of_a_page));
    if (!report.found)
        follow(storage, keys, {stub, published}, report);
    Loose loose;
    try {
        loose = coming.get();
    } catch (std::exception const& failure) {
        if (!report.found)
            throw;
        // What was found in the chain is said all the same.
        log::Line(log::Level::warning, "verify.beside").with("cause", failure.what());
    }
    report.unsealed = loose.unsealed;
    if (!report.found)
        report.found = find_loose(loose);
    return report;
}

} // namespace

ChainReport check_chain(
    Storage& storage,
    KnownKeys const& keys,
    OrganizationId const& organization,
    Published const& published
)
{
    EventLoop loop;
    for (int turn = 1;; ++turn) {
        auto report = check_once(storage, keys, organization, published);
        auto const newest = wait_for(loop, newest_stub(storage, organization));
        bool const was_pruned = newest && newest->chain_seq > report.pruned;
        if (!report.found || !was_pruned || turn == most_turns)
            return report;
    }
}

} // namespace gatehouse::sealing
