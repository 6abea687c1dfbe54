// Judging what is asked for.
#include "features/compliance/rules.h"

#include "domain/refusal.h"

#include <algorithm>
#include <utility>

namespace gatehouse::compliance {
namespace {
using domain::EvidenceScope;
using domain::invalid_field;
using domain::OrganizationId;
using domain::Period;

Format format_in(std::optional<std::string> const& given)
{
    if (!given || *given == "json")
        return Format::json;
    if (*given == "csv")
        return Format::csv;
    throw invalid_field("format", "must be json or csv");
}

std::string day_of(Instant at)
{
    constexpr std::size_t length_of_a_date = 10;
    return gatehouse::to_text(at).substr(0, length_of_a_date);
}

} // namespace

std::string_view to_text(Format format)
{
    return format == Format::json ? "json" : "csv";
}

Wanted wanted_by(FileRequest const& request, Instant now)
{
    Wanted wanted{.period = domain::period_of(request.from, request.to, now)};
    wanted.format = format_in(request.format);
    wanted.limit = request.limit.value_or(most_rows);
    if (wanted.limit < 1 || wanted.limit > most_rows)
        throw invalid_field("limit", "must be from 1 to " + std::to_string(most_rows));
    if (request.cursor && !request.cursor->empty())
        wanted.cursor = request.cursor;
    return wanted;
}

Wanted wanted_by(BundleRequest const& request, Instant now)
{
    Wanted wanted{.period = domain::period_of(request.from, request.to, now)};
    wanted.format = format_in(request.format);
    return wanted;
}

EvidenceScope scope_of(OrganizationId const& organization, Period const& period, Instant now)
{
    return {organization, period.from, std::min(period.to, now + 1ms)};
}

domain::Facts told_of(std::string what, Wanted const& wanted)
{
    domain::Facts facts;
    facts["export"] = std::move(what);
    facts["format"] = std::string(to_text(wanted.format));
    facts["from"] = gatehouse::to_text(wanted.period.from);
    facts["to"] = gatehouse::to_text(wanted.period.to - 1ms);
    return facts;
}

PeriodView view_of(Period const& period)
{
    return {period.from, period.to - 1ms};
}

std::string bundle_name(Period const& period)
{
    return "SOC2_Evidence_" + day_of(period.from) + "_to_" + day_of(period.to - 1ms);
}

} // namespace gatehouse::compliance
