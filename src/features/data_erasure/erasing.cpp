// The steps of one erasure, each in a unit of work of its own.
#include "features/data_erasure/erasing.h"

#include "core/log.h"
#include "core/metrics.h"
#include "domain/erasures.h"
#include "domain/ledger.h"
#include "domain/members.h"
#include "domain/organizations.h"
#include "domain/retention.h"
#include "domain/standing.h"
#include "features/data_erasure/leaving.h"

#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::data_erasure {
namespace {
using domain::Erasure;
using domain::Event;
using domain::Services;
using domain::UnitOfWork;
using domain::User;

constexpr std::int64_t people_at_once = 100;
constexpr std::int64_t rows_at_once = 1000;
constexpr Duration mail_is_tried_for = 24h;
constexpr Duration asked_again_after = 24h; // of who must stay for now

domain::LedgerEntry entry_about(Erasure const& erasure, char const* step, Instant now)
{
    domain::LedgerEntry entry{.created_at = now, .event = Event::account_deleted};
    entry.organization_id = erasure.organization_id;
    entry.user_id = erasure.user_id;
    entry.resource = "user";
    entry.resource_id = erasure.user_id.text();
    entry.details["step"] = std::string(step);
    entry.details["cause"]
        = std::string(erasure.cause == domain::ErasureCause::requested ? "requested" : "deleted");
    return entry;
}

// Of who was deleted without a word nothing else tells since when they are gone.
domain::LedgerEntry last_entry_about(Erasure const& erasure, Instant now)
{
    auto entry = entry_about(erasure, "data erased", now);
    if (erasure.cause == domain::ErasureCause::deleted)
        entry.details["goneSince"] = to_text(erasure.requested_at);
    return entry;
}

// Null where another node is at it, or where they are held by now; nobody is while it is open.
Async<std::unique_ptr<UnitOfWork>> unit_for(Services& services, Erasure erasure)
{
    auto work = co_await services.storage.begin();
    bool const is_ours = co_await work->members().retention().lock();
    if (!is_ours)
        co_return nullptr;
    co_await work->organizations().lock(erasure.organization_id);
    bool const held
        = co_await work->members().retention().is_held(erasure.organization_id, erasure.user_id);
    if (held) {
        co_await work->commit(); // so that the lock is free again for the next person
        co_return nullptr;
    }
    co_return work;
}

Async<void> postpone(UnitOfWork& work, Erasure erasure, Instant now)
{
    co_await work.members().erasures().postpone(
        erasure.organization_id, erasure.user_id, now + asked_again_after
    );
    auto entry = entry_about(erasure, "postponed", now);
    entry.outcome = domain::Outcome::skipped;
    entry.details["reason"] = std::string("LAST_OWNER");
    co_await work.ledger().append(std::move(entry));
    co_await work.commit();
    metrics::count("gatehouse_erasures_total", {{"outcome", "postponed"}});
    log::Line(log::Level::warning, "erasure.postponed")
        .with("user", erasure.user_id.text())
        .with("cause", "the last owner of an organization that others are in");
}

Async<void> end_account(Services& services, Erasure erasure, Instant now)
{
    auto work = co_await unit_for(services, erasure);
    if (!work)
        co_return;
    auto const person = co_await work->users().find(erasure.organization_id, erasure.user_id);
    if (person) {
        bool const may = co_await leaves_nobody_stranded(*work, *person);
        if (!may) {
            co_await postpone(*work, erasure, now);
            co_return;
        }
    }
    bool const is_ours = co_await work->members().erasures().end_access(
        erasure.organization_id, erasure.user_id, now
    );
    if (is_ours && person) {
        co_await domain::take_out_of_service(*work, *person, now);
        auto entry = entry_about(erasure, "access ended", now);
        domain::tell_standing(entry, *person);
        auto const row = co_await work->ledger().append(std::move(entry));
        Notice const notice{
            .kind = mail_text::MailKind::account_erased, .at = now, .ledger_row = row
        };
        co_await mail_about(services, *work, *person, erasure.address, notice);
    }
    co_await work->commit();
    services.risk_scores.forget(erasure.user_id);
    services.mail_waits();
}

// Whether what the ledger holds of them may go now.
Async<bool> started(Services& services, Erasure erasure, Instant now)
{
    if (erasure.started_at)
        co_return true;
    auto work = co_await unit_for(services, erasure);
    if (!work)
        co_return false;
    auto const& organization = erasure.organization_id;
    bool const alive
        = co_await work->members().erasures().drop_where_alive(organization, erasure.user_id);
    bool waits = false;
    if (erasure.ended_at && *erasure.ended_at > now - mail_is_tried_for)
        waits = co_await work->members().erasures().mail_waits(
            organization, erasure.user_id, erasure.address.value_or("")
        );
    bool begun = false;
    if (!alive && !waits)
        begun = co_await work->members().erasures().start(organization, erasure.user_id, now);
    co_await work->commit();
    co_return begun;
}

// With the rows, in each chain that has lost some: what is empty without one was emptied by others.
Async<void>
record_erased(UnitOfWork& work, Erasure erasure, std::vector<domain::ErasedRow> erased, Instant now)
{
    auto like = entry_about(erasure, "rows erased", now);
    like.details["person"] = erasure.user_id.text();
    for (auto& record : domain::erasure_records(erased, like))
        co_await work.ledger().append(std::move(record));
}

Async<void> erase_ledger(Services& services, Erasure erasure, Instant now)
{
    for (bool goes_on = true; goes_on;) {
        auto work = co_await unit_for(services, erasure);
        if (!work)
            co_return;
        auto erased = co_await work->members().erasures().erase_ledger(erasure, rows_at_once);
        auto const count = std::ssize(erased);
        goes_on = count > 0;
        co_await record_erased(*work, erasure, std::move(erased), now);
        if (!goes_on) {
            co_await work->members().erasures().remove_person(erasure);
            bool const done = co_await work->members().erasures().finish(erasure);
            if (done)
                co_await work->ledger().append(last_entry_about(erasure, now));
            else
                co_await work->members().erasures().postpone(
                    erasure.organization_id, erasure.user_id, now + asked_again_after
                );
            metrics::count("gatehouse_erasures_total", {{"outcome", done ? "done" : "held"}});
        }
        co_await work->commit();
        metrics::count("gatehouse_erased_ledger_rows_total", {}, static_cast<double>(count));
    }
}

Async<void> erase(Services& services, Erasure erasure, Instant now)
{
    if (erasure.cause == domain::ErasureCause::requested && !erasure.ended_at) {
        co_await end_account(services, std::move(erasure), now);
        co_return;
    }
    bool const may = co_await started(services, erasure, now);
    if (may)
        co_await erase_ledger(services, std::move(erasure), now);
}

Async<std::vector<Erasure>> take_up(Services& services, Instant now)
{
    auto work = co_await services.storage.begin();
    std::vector<Erasure> due;
    bool const is_ours = co_await work->members().retention().lock();
    if (is_ours) {
        co_await work->members().erasures().take_up_deleted(
            now - domain::deleted_people_stay, now, people_at_once
        );
        due = co_await work->members().erasures().due(now, people_at_once);
    }
    co_await work->commit();
    co_return due;
}

} // namespace

Async<void> erase_due(Services& services)
{
    auto const now = services.clock.now();
    auto const due = co_await take_up(services, now);
    std::string last_cause;
    for (auto const& erasure : due) {
        std::string cause;
        try {
            co_await erase(services, erasure, now);
        } catch (std::exception const& failure) {
            cause = failure.what();
        }
        if (cause.empty())
            continue;
        metrics::count("gatehouse_erasures_total", {{"outcome", "failed"}});
        log::Line(log::Level::error, "erasure.failed")
            .with("user", erasure.user_id.text())
            .with("cause", cause);
        last_cause = cause;
    }
    if (!last_cause.empty())
        throw std::runtime_error("somebody could not be erased: " + last_cause);
}

} // namespace gatehouse::data_erasure
