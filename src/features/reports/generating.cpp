// Claim, write, settle: three units of work, so that none is held while rows are read.
#include "features/reports/generating.h"

#include "core/log.h"
#include "domain/account_reach.h"
#include "domain/members.h"
#include "domain/notifications.h"
#include "domain/refusal.h"
#include "domain/reports.h"
#include "features/reports/content.h"
#include "features/reports/rules.h"

#include <atomic>
#include <utility>

namespace gatehouse::reports {
namespace {
using domain::Reason;
using domain::Refusal;
using domain::ReportFile;
using domain::Resource;
using domain::Services;
using domain::UnitOfWork;
using domain::UserStatus;
using policy::Cell;

struct Outcome { // one of the two
    ReportFile file = {};
    std::string problem = {};
};

std::string_view content_type_of(Format format)
{
    return format == Format::csv ? "text/csv; charset=utf-8" : "application/json; charset=utf-8";
}

Async<std::optional<Resource>> claim(Services& services, Resource seen, Instant now)
{
    json::Object changes{
        {domain::report_status, to_text(Status::generating)},
        {domain::report_claim, gatehouse::to_text(now)},
        {"attempts", standing_of(seen).attempts + 1},
    };
    auto work = co_await services.storage.begin();
    auto claimed = co_await work->reports().claim(
        seen.organization_id, seen.id, std::move(changes), now - longest_writing
    );
    co_await work->commit();
    co_return claimed;
}

// Who asked for it may have been demoted, suspended or deleted since.
Async<void> require_right_of_creator(Services& services, Resource report, ReportType type)
{
    Refusal const refusal{
        .reason = Reason::forbidden, .error = "whoever asked for the report may not see it any more"
    };
    if (!report.created_by)
        throw refusal;
    auto work = co_await services.storage.read();
    auto const& organization = report.organization_id;
    auto const creator = co_await work->users().find(organization, *report.created_by);
    if (!creator || creator->deleted_at || creator->status != UserStatus::active)
        throw refusal;
    auto const policy = services.policies.current();
    auto const grants = co_await domain::grants_as_stored(*work, *policy, *creator);
    if (grants.cell(permission_for(type)) != Cell::everywhere)
        throw refusal;
}

Async<ReportFile> file_for(Services& services, Resource report, Instant now)
{
    auto const standing = standing_of(report);
    if (standing.attempts > most_attempts)
        throw Refusal{
            .reason = Reason::conflict, .error = "writing the report did not come to an end"
        };
    if (!standing.type || !standing.format)
        throw Refusal{.reason = Reason::validation, .error = "type or format is unknown"};
    co_await require_right_of_creator(services, report, *standing.type);
    ReportFile file{.content_type = std::string(content_type_of(*standing.format)), .bytes = {}};
    file.bytes = co_await content_of(
        services, report.organization_id, *standing.type, *standing.format, now
    );
    co_return file;
}

// What is refused is refused for good; what is broken may work the next time.
Async<Outcome> outcome_of(Services& services, Resource report, Instant now)
{
    Outcome outcome;
    try {
        outcome.file = co_await file_for(services, std::move(report), now);
    } catch (Refusal const& refusal) {
        outcome.problem = refusal.error;
    }
    co_return outcome;
}

// The file, and the word to whoever asked for it.
Async<void> keep(UnitOfWork& work, Resource report, ReportFile file, Instant now)
{
    co_await work.reports().keep(report.organization_id, report.id, std::move(file), now);
    if (!report.created_by)
        co_return;
    json::Object told{{"resourceType", report.type}, {"resourceId", report.id.text()}};
    co_await work.members().notifications().add(
        report.organization_id,
        *report.created_by,
        domain::NotificationKind::export_ready,
        std::move(told),
        now
    );
}

Async<void> settle(Services& services, Resource report, Outcome outcome, Instant now)
{
    bool const failed = !outcome.problem.empty();
    json::Object changes{
        {domain::report_status, to_text(failed ? Status::failed : Status::ready)},
        {domain::report_claim, nullptr},
        {"attempts", nullptr},
    };
    if (failed)
        changes.push_back({"problem", outcome.problem});
    auto const& organization = report.organization_id;
    auto claim = standing_of(report).claimed_at.value_or("");
    auto work = co_await services.storage.begin();
    bool const settled = co_await work->reports().settle(
        organization, report.id, std::move(claim), std::move(changes), now
    );
    if (settled && !failed)
        co_await keep(*work, report, std::move(outcome.file), now);
    co_await work->commit();
    if (!settled)
        log::Line(log::Level::info, "report.not_needed_any_more").with("report", report.id.text());
    if (settled && failed)
        log::Line(log::Level::warning, "report.failed")
            .with("report", report.id.text())
            .with("cause", outcome.problem);
}

// Each of them may hold a whole report in memory. Whoever finds no place leaves the report as it
// is: the next look at it begins anew.
constexpr int most_writers = 2;
std::atomic<int> writers = 0; // in this process

class Place {
public:
    Place()
        : is_free_(++writers <= most_writers)
    {
    }
    ~Place() { --writers; }
    Place(Place const&) = delete;
    Place& operator=(Place const&) = delete;
    bool is_free() const { return is_free_; }

private:
    bool is_free_;
};

Async<void> generate(Services& services, Resource seen)
{
    Place const place;
    if (!place.is_free())
        co_return;
    auto const now = services.clock.now();
    auto const claimed = co_await claim(services, std::move(seen), now);
    if (!claimed) // gone, written, given up, or in somebody else's hands
        co_return;
    auto outcome = co_await outcome_of(services, *claimed, now);
    co_await settle(services, *claimed, std::move(outcome), services.clock.now());
}

} // namespace

void generate_later(Services& services, Resource const& seen)
{
    if (waits_for_a_writer(standing_of(seen), services.clock.now()))
        services.afterwards("report", generate(services, seen));
}

} // namespace gatehouse::reports
