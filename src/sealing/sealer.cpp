// Rounds of sealing.
#include "sealing/sealer.h"

#include "core/log.h"
#include "core/metrics.h"
#include "sealing/batching.h"

#include <exception>
#include <optional>
#include <utility>

namespace gatehouse::sealing {
namespace {
using domain::Waiting;
using domain::WaitingRow;

constexpr int most_rounds = 20;

std::vector<std::string> organizations_of(std::vector<WaitingRow> const& rows)
{
    std::vector<std::string> organizations;
    for (auto const& row : rows)
        if (organizations.empty() || organizations.back() != row.organization_id.text())
            organizations.push_back(row.organization_id.text());
    return organizations;
}

} // namespace

Sealer::Sealer(
    domain::Storage& storage,
    Clock const& clock,
    std::shared_ptr<Signer const> signer,
    SealerOptions options
)
    : storage_(storage)
    , clock_(clock)
    , signer_(std::move(signer))
    , options_(options)
{
}

Async<void> Sealer::run()
{
    std::string cause;
    try {
        auto const waiting = co_await look();
        note_waiting(waiting);
        if (waiting.rows > 0) {
            auto const sealed = co_await seal_all();
            metrics::count("gatehouse_ledger_sealed_total", {}, static_cast<double>(sealed));
        }
    } catch (std::exception const& failure) {
        cause = failure.what();
    }
    note_failure(std::move(cause));
}

Async<Waiting> Sealer::look()
{
    auto work = co_await storage_.read();
    auto waiting = co_await work->seals().waiting();
    co_await remembered_.follow(*work, clock_.now());
    co_return waiting;
}

Async<std::int64_t> Sealer::seal_all()
{
    std::int64_t sealed = 0;
    std::string after;
    // Under load that never ends, what waits is counted anew all the same.
    for (int rounds = 0; rounds < most_rounds; ++rounds) {
        auto const round = co_await seal_some(after);
        sealed += round.sealed;
        // A full round may have left some behind; one from the beginning that was not full has not.
        if (round.rows < options_.rows_at_once && after.empty())
            break;
        after = round.rows < options_.rows_at_once ? std::string() : round.reached;
    }
    co_return sealed;
}

Async<Sealer::Round> Sealer::seal_some(std::string after)
{
    Round round;
    auto work = co_await storage_.begin();
    auto& seals = work->seals();
    bool const is_ours = co_await seals.lock();
    if (!is_ours)
        co_return round;
    auto rows = co_await seals.next(std::move(after), options_.rows_at_once);
    if (rows.empty()) {
        co_await work->commit(); // so that the lock is free again when the next round asks for it
        co_return round;
    }
    round.rows = static_cast<int>(rows.size());
    round.reached = rows.back().organization_id.text();
    auto organizations = organizations_of(rows);
    auto const heads = co_await seals.heads(std::move(organizations));
    rows = co_await without_cut_chains(*work, heads, std::move(rows));
    co_await follow_key(*work);
    auto const batches = batches_of(rows, heads, *signer_, clock_.now());
    for (auto const& batch : batches)
        seals.append(batch, options_.publish);
    co_await work->commit();
    remembered_.remember(batches);
    round.sealed = static_cast<int>(rows.size());
    co_return round;
}

// Under the lock: behind a checkpoint of the next key comes none of the last one.
Async<void> Sealer::follow_key(domain::UnitOfWork& work)
{
    if (options_.key)
        signer_ = co_await signer_now(work, *options_.key, signer_);
}

Async<Sealer::Rows>
Sealer::without_cut_chains(domain::UnitOfWork& work, Heads const& heads, Rows rows)
{
    std::map<std::string, bool> is_whole;
    for (auto const& chain : organizations_of(rows)) {
        domain::OrganizationId const organization(chain);
        auto const found = heads.find(chain);
        std::optional<domain::ChainHead> told;
        if (found != heads.end())
            told = found->second;
        auto wrong = co_await remembered_.find_wrong(work, organization, told);
        is_whole[chain] = !wrong;
        note_history(organization, wrong.value_or(""));
    }
    std::erase_if(rows, [&](WaitingRow const& row) {
        return !is_whole.at(row.organization_id.text());
    });
    co_return rows;
}

void Sealer::note_failure(std::string cause)
{
    bool const fails = !cause.empty();
    bool changed = false;
    {
        std::scoped_lock const lock(mutex_);
        changed = fails != !failure_.empty();
        failure_ = cause;
    }
    if (fails)
        metrics::count("gatehouse_failed_open_total", {{"control", "sealer"}});
    if (changed)
        log::Line(
            fails ? log::Level::error : log::Level::warning,
            fails ? "sealer.failed" : "sealer.works_again"
        )
            .with("cause", cause);
}

// Counted by every node, so that one without the lock sees when nobody seals.
void Sealer::note_waiting(Waiting waiting)
{
    metrics::gauge("gatehouse_ledger_unsealed_rows", static_cast<double>(waiting.rows));
    metrics::gauge(
        "gatehouse_ledger_seal_lag_seconds", static_cast<double>(waiting.longest.count()) / 1000
    );
    std::string behind;
    if (waiting.longest > options_.may_wait)
        behind = std::to_string(waiting.rows) + " rows wait, the oldest for "
            + std::to_string(waiting.longest.count() / 1000) + " s";
    bool changed = false;
    {
        std::scoped_lock const lock(mutex_);
        changed = behind.empty() != behind_.empty();
        behind_ = behind;
    }
    if (changed)
        log::Line(
            behind.empty() ? log::Level::warning : log::Level::error,
            behind.empty() ? "sealer.in_time_again" : "sealer.behind"
        )
            .with("detail", behind);
}

void Sealer::note_history(domain::OrganizationId const& organization, std::string wrong)
{
    bool changed = false;
    std::size_t chains = 0;
    {
        std::scoped_lock const lock(mutex_);
        auto const found = cut_.find(organization.text());
        changed = wrong.empty() != (found == cut_.end());
        if (wrong.empty())
            cut_.erase(organization.text());
        else
            cut_.insert_or_assign(organization.text(), wrong);
        chains = cut_.size();
    }
    if (!changed)
        return;
    metrics::gauge("gatehouse_ledger_cut_chains", static_cast<double>(chains));
    log::Line(
        wrong.empty() ? log::Level::warning : log::Level::error,
        wrong.empty() ? "sealer.history_is_back" : "sealer.history_cut"
    )
        .with("organization", organization.text())
        .with("detail", wrong);
}

std::string Sealer::history_trouble() const
{
    std::scoped_lock const lock(mutex_);
    return cut_.empty() ? std::string() : cut_.begin()->second;
}

std::string Sealer::trouble() const
{
    std::scoped_lock const lock(mutex_);
    return failure_.empty() ? behind_ : failure_;
}

} // namespace gatehouse::sealing
