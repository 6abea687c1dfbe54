// The rows of one export.
#include "domain/export_record.h"

#include "core/uuid.h"

#include <utility>

namespace gatehouse::domain {
namespace {

Async<void> write(Services& services, LedgerEntry entry)
{
    auto work = co_await services.storage.begin();
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
}

json::Value told(ExportedFile const& file)
{
    return json::Value(json::Object{
        {"bytes", file.bytes}, {"rows", file.rows}, {"sha256", json::Value(file.sha256)}
    });
}

} // namespace

Async<std::unique_ptr<ExportRecord>>
ExportRecord::begin(Services& services, RequestFacts facts, Caller const& caller, Facts what)
{
    auto seat = services.exports.take_seat(caller.organization_id(), caller.user_id());
    auto entry
        = ledger_entry(facts, Event::data_export_started, Outcome::success, 200, caller.user);
    entry.session_id = caller.session_id();
    entry.resource = "export";
    entry.resource_id = mint_uuid(facts.now, services.random);
    entry.details = std::move(what);
    auto like = entry;
    co_await write(services, std::move(entry));
    co_return std::make_unique<ExportRecord>(services, std::move(seat), std::move(like));
}

ExportRecord::ExportRecord(
    Services& services, std::unique_ptr<Exports::Seat> seat, LedgerEntry like
)
    : services_(services)
    , seat_(std::move(seat))
    , like_(std::move(like))
{
    services_.exports.add(*this);
}

ExportRecord::~ExportRecord()
{
    services_.exports.remove(*this);
    if (is_over_)
        return;
    fail(cause_);
    services_.afterwards("export.failed", services_.exports.settle_some(services_.storage));
}

void ExportRecord::fail(std::string_view cause)
{
    if (std::exchange(is_over_, true))
        return;
    auto entry = std::move(like_);
    entry.event = Event::data_export_failed;
    entry.outcome = Outcome::failure;
    entry.status.reset(); // a head may have been sent or not
    entry.created_at = services_.clock.now();
    entry.details["cause"] = std::string(cause);
    entry.details["bytesSent"] = bytes_;
    services_.exports.owe(std::move(entry));
}

Async<void> ExportRecord::complete(std::vector<ExportedFile> files)
{
    auto entry = like_;
    entry.event = Event::data_export_completed;
    entry.created_at = services_.clock.now();
    json::Object all;
    for (auto const& file : files)
        all.push_back({file.name, told(file)});
    entry.details["files"] = NestedFacts{json::Value(std::move(all))};
    co_await write(services_, std::move(entry));
    is_over_ = true;
}

} // namespace gatehouse::domain
