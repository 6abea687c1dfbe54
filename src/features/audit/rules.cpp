// Reading the question, telling the rows, and adding them up.
#include "features/audit/rules.h"

#include "core/networks.h"
#include "core/text.h"
#include "domain/event_groups.h"
#include "domain/ledger.h"
#include "domain/refusal.h"

#include <array>
#include <map>
#include <utility>

namespace gatehouse::audit {
namespace {
using domain::AuditRow;
using domain::invalid_field;
using domain::Outcome;

std::optional<std::string> text_of(auto const& id)
{
    return id ? std::optional(id->text()) : std::nullopt;
}

std::string outcome_in(std::optional<std::string> const& given)
{
    if (!given)
        return {};
    for (auto const outcome :
         {Outcome::success, Outcome::failure, Outcome::denied, Outcome::skipped})
        if (to_text(outcome) == *given)
            return *given;
    throw invalid_field("outcome", "must be one of success, failure, denied, skipped");
}

std::string event_in(std::optional<std::string> const& given)
{
    if (given && !domain::is_event_name(*given))
        throw invalid_field("event", "is the name of no event");
    return given.value_or("");
}

std::vector<std::string> events_in(std::optional<std::string> const& group)
{
    if (!group)
        return {};
    auto const events = domain::events_in_group(*group);
    if (!events)
        throw invalid_field("group", "must be one of CC6, CC7, CC8, CC9");
    return *events;
}

// As the ledger spells it.
std::string address_in(std::optional<std::string> const& given)
{
    if (!given)
        return {};
    auto const address = Address::parse(*given);
    if (!address)
        throw invalid_field("ipAddress", "must be an IPv4 or IPv6 address");
    return address->text();
}

json::Object object_in(std::string const& text)
{
    auto parsed = json::parse(text);
    auto* const members = parsed ? parsed->object() : nullptr;
    return members ? std::move(*members) : json::Object();
}

void put(json::Object& into, json::Member member)
{
    for (auto& there : into)
        if (there.name == member.name) {
            there.value = std::move(member.value);
            return;
        }
    into.push_back(std::move(member));
}

// `risk` has a lasting and a personal part.
void put_personal(json::Object& into, json::Member member)
{
    for (auto& there : into) {
        auto* const lasting = there.value.object();
        auto* const personal = member.value.object();
        if (there.name != "risk" || member.name != "risk" || !lasting || !personal)
            continue;
        for (auto& one : *personal)
            put(*lasting, std::move(one));
        return;
    }
    put(into, std::move(member));
}

// As the view audit_logs shows it.
json::Object metadata_of(AuditRow const& row)
{
    auto metadata = object_in(row.details);
    for (auto& member : object_in(row.personal.value_or("{}")))
        put_personal(metadata, std::move(member));
    if (row.email)
        put(metadata, {"email", json::Value(*row.email)});
    return metadata;
}

json::Value member_of(json::Value const& metadata, std::string_view name)
{
    auto const* const found = metadata.find(name);
    return found ? *found : json::Value();
}

void add(Outcomes& into, std::string const& outcome, std::int64_t rows)
{
    if (outcome == to_text(Outcome::success))
        into.success += rows;
    else if (outcome == to_text(Outcome::failure))
        into.failure += rows;
    else if (outcome == to_text(Outcome::denied))
        into.denied += rows;
    else
        into.skipped += rows;
}

} // namespace

Wanted understood(ListRequest const& request, Instant now)
{
    Wanted wanted;
    auto const period = domain::period_of(request.from, request.to, now);
    auto& filter = wanted.filter;
    filter.from = period.from;
    filter.to = period.to;
    filter.event = event_in(request.event);
    filter.events = events_in(request.group);
    filter.outcome = outcome_in(request.outcome);
    filter.user = domain::UserId(request.user_id.value_or(""));
    filter.actor = domain::UserId(request.actor_id.value_or(""));
    filter.impersonator = domain::UserId(request.impersonator_id.value_or(""));
    filter.resource = request.resource.value_or("");
    filter.resource_id = request.resource_id.value_or("");
    filter.ip_address = address_in(request.ip_address);
    filter.search = std::string(trimmed(request.search.value_or("")));
    wanted.window.oldest_first = http::is_second("order", request.order, "desc", "asc");
    wanted.paging = http::paging_of(request.page, request.limit);
    wanted.window.limit = wanted.paging.limit;
    wanted.window.offset = wanted.paging.offset;
    return wanted;
}

std::string same_list(ListRequest const& request)
{
    return http::query_with(
        {{"from", request.from},
         {"to", request.to},
         {"event", request.event},
         {"group", request.group},
         {"outcome", request.outcome},
         {"userId", request.user_id},
         {"actorId", request.actor_id},
         {"impersonatorId", request.impersonator_id},
         {"resource", request.resource},
         {"resourceId", request.resource_id},
         {"ipAddress", request.ip_address},
         {"search", request.search},
         {"order", request.order}}
    );
}

AuditView view_of(AuditRow const& row)
{
    AuditView view;
    view.id = row.id;
    view.created_at = row.at;
    view.event = row.event;
    view.groups = domain::groups_of(row.event);
    view.outcome = row.outcome;
    view.status = row.status;
    view.actor_id = text_of(row.actor);
    view.user_id = text_of(row.user);
    view.session_id = text_of(row.session);
    view.resource = row.resource;
    view.resource_id = row.resource_id;
    view.correlation_id = row.correlation_id;
    view.ip_address = row.ip_address;
    view.user_agent = row.user_agent;
    view.metadata = json::Value(metadata_of(row));
    if (auto const impersonator = member_of(view.metadata, "impersonatorId"); impersonator.text())
        view.impersonator_id = *impersonator.text();
    view.old_value = member_of(view.metadata, "oldValue");
    view.new_value = member_of(view.metadata, "newValue");
    return view;
}

Summary summary_of(
    domain::Period const& period,
    std::vector<domain::AuditTally> const& tallies,
    std::vector<domain::AuditDay> const& days
)
{
    Summary summary;
    summary.from = period.from;
    summary.to = period.to;
    std::map<std::string, GroupTally> groups;
    for (auto const& [event, outcome, rows] : tallies) {
        if (summary.events.empty() || summary.events.back().event != event)
            summary.events.push_back({.event = event});
        summary.events.back().rows += rows;
        add(summary.events.back().outcomes, outcome, rows);
        summary.rows += rows;
        add(summary.outcomes, outcome, rows);
        for (auto const& name : domain::groups_of(event)) {
            groups[name].group = name;
            groups[name].rows += rows;
            add(groups[name].outcomes, outcome, rows);
        }
    }
    for (auto& [name, group] : groups)
        summary.groups.push_back(std::move(group));
    for (auto const& day : days)
        summary.days.push_back({.day = day.day, .rows = day.rows, .unsuccessful = day.unsuccessful}
        );
    return summary;
}

} // namespace gatehouse::audit
