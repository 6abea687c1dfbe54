// Seats, and the ends of exports that are still to be written.
#include "domain/exports.h"

#include "core/log.h"
#include "core/metrics.h"
#include "core/overloaded.h"
#include "domain/attempts.h"
#include "domain/audit_log.h"
#include "domain/export_record.h"

#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace gatehouse::domain {
namespace {

// Nobody's address: whose commit hangs keeps it locked, so that nobody writes the same beside it.
CanonicalAddress turn_of(LedgerEntry const& entry)
{
    return CanonicalAddress("end of the export " + entry.resource_id.value_or(""));
}

template <typename Id> int number_of(std::map<Id, int> const& taken, Id const& id)
{
    auto const found = taken.find(id);
    return found == taken.end() ? 0 : found->second;
}

template <typename Id> void leave(std::map<Id, int>& taken, Id const& id)
{
    auto const found = taken.find(id);
    if (found != taken.end() && --found->second == 0)
        taken.erase(found);
}

void note_lost(LedgerEntry const& entry, std::string const& cause)
{
    log::Line(log::Level::error, "export.end_unrecorded")
        .with("export", entry.resource_id.value_or(""))
        .with("cause", cause);
    metrics::count("gatehouse_failed_open_total", {{"control", "afterwards"}});
}

// For as long as it lives.
class Turn {
public:
    Turn(std::mutex& mutex, bool& is_taken)
        : mutex_(mutex)
        , is_taken_(is_taken)
    {
        std::scoped_lock const lock(mutex_);
        is_mine_ = !std::exchange(is_taken_, true);
    }
    Turn(Turn const&) = delete;
    Turn& operator=(Turn const&) = delete;
    ~Turn()
    {
        std::scoped_lock const lock(mutex_);
        if (is_mine_)
            is_taken_ = false;
    }
    bool is_mine() const { return is_mine_; }
    // Under the mutex, together with the look that found nothing left to do.
    void end()
    {
        is_mine_ = false;
        is_taken_ = false;
    }

private:
    std::mutex& mutex_;
    bool& is_taken_;
    bool is_mine_ = false;
};

} // namespace

Exports::Seat::Seat(Exports& exports, OrganizationId organization, UserId user)
    : exports_(exports)
    , organization_(std::move(organization))
    , user_(std::move(user))
{
}

Exports::Seat::~Seat()
{
    std::scoped_lock const lock(exports_.mutex_);
    --exports_.taken_;
    leave(exports_.by_organization_, organization_);
    leave(exports_.by_person_, user_);
}

std::unique_ptr<Exports::Seat> Exports::take_seat(OrganizationId organization, UserId user)
{
    {
        std::scoped_lock const lock(mutex_);
        if (taken_ >= most_at_once
            || number_of(by_organization_, organization) >= most_of_an_organization
            || number_of(by_person_, user) >= most_of_a_person)
            throw Overloaded("as many files are exported as may be at a time", ask_again_seconds);
        ++taken_;
        ++by_organization_[organization];
        ++by_person_[user];
    }
    return std::make_unique<Seat>(*this, std::move(organization), std::move(user));
}

int Exports::taken() const
{
    std::scoped_lock const lock(mutex_);
    return taken_;
}

void Exports::add(ExportRecord& record)
{
    std::scoped_lock const lock(mutex_);
    records_.insert(&record);
}

void Exports::remove(ExportRecord& record)
{
    std::scoped_lock const lock(mutex_);
    records_.erase(&record);
}

void Exports::fail_all(std::string_view cause)
{
    std::set<ExportRecord*> records;
    {
        std::scoped_lock const lock(mutex_);
        records = records_;
    }
    for (auto* const record : records)
        record->fail(cause);
}

void Exports::owe(LedgerEntry failed)
{
    {
        std::scoped_lock const lock(mutex_);
        if (owed_.size() < most_owed) {
            owed_.push_back({std::move(failed)});
            return;
        }
    }
    note_lost(failed, "too many wait to be recorded");
}

std::size_t Exports::owed() const
{
    std::scoped_lock const lock(mutex_);
    return owed_.size();
}

void Exports::give_up_what_is_owed()
{
    std::scoped_lock const lock(mutex_);
    for (auto const& one : owed_)
        note_lost(one.entry, "the server has ended");
    owed_.clear();
}

Async<void> Exports::settle_some(Storage& storage)
{
    std::string why;
    try {
        co_await settle(storage);
    } catch (std::exception const& failure) {
        why = failure.what();
    }
    if (!why.empty())
        log::Line(log::Level::warning, "export.end_waits").with("cause", why);
}

Async<void> Exports::settle(Storage& storage)
{
    Turn turn(mutex_, is_settling_);
    if (!turn.is_mine())
        co_return; // who is at it takes what comes meanwhile as well
    for (;;) {
        std::optional<Owed> next;
        {
            std::scoped_lock const lock(mutex_);
            if (owed_.empty()) {
                turn.end();
                co_return;
            }
            next = owed_.front();
            owed_.front().may_be_written = true;
        }
        co_await write(storage, std::move(*next));
        std::scoped_lock const lock(mutex_);
        owed_.pop_front();
    }
}

Async<bool> Exports::is_written(UnitOfWork& work, LedgerEntry const& entry)
{
    AuditFilter filter{.from = entry.created_at};
    filter.to = entry.created_at + 1ms;
    filter.event = to_text(entry.event);
    filter.resource = entry.resource.value_or("");
    filter.resource_id = entry.resource_id.value_or("");
    auto const found = co_await work.audit_log().count(*entry.organization_id, std::move(filter));
    co_return found > 0;
}

Async<void> Exports::write(Storage& storage, Owed owed)
{
    auto work = co_await storage.begin();
    auto const turn = turn_of(owed.entry);
    co_await work->attempts().lock(turn);
    if (owed.may_be_written) {
        bool const is_there = co_await is_written(*work, owed.entry);
        if (is_there)
            co_return;
    }
    co_await work->ledger().append(std::move(owed.entry));
    co_await work->commit();
}

} // namespace gatehouse::domain
