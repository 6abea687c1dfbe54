// Judging requests, and reading what is stored.
#include "features/reports/rules.h"

#include "domain/refusal.h"
#include "domain/reports.h"
#include "protocols/password_text/names.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace gatehouse::reports {
namespace {
using domain::invalid_field;
using domain::Resource;
using policy::Permission;

constexpr std::array every_type{
    ReportType::user_access, ReportType::sessions, ReportType::login_history
};
constexpr std::array every_format{Format::csv, Format::json};
constexpr std::array every_status{Status::generating, Status::ready, Status::failed};

template <class Kind, std::size_t size>
std::optional<Kind> parse(std::array<Kind, size> const& all, std::optional<std::string> const& text)
{
    for (auto const kind : all)
        if (text && to_text(kind) == *text)
            return kind;
    return std::nullopt;
}

json::Value const* attribute(Resource const& report, std::string_view name)
{
    auto const found = std::ranges::find(report.attributes, name, &json::Member::name);
    return found == report.attributes.end() ? nullptr : &found->value;
}

std::optional<std::string> text_attribute(Resource const& report, std::string_view name)
{
    auto const* const value = attribute(report, name);
    auto const* const text = value ? value->text() : nullptr;
    return text ? std::optional(*text) : std::nullopt;
}

std::string name_in(std::string const& given)
{
    auto name = password_text::normalised_name(given);
    if (!name || name->empty())
        throw invalid_field("name", "must have 1 to 100 characters and no control characters");
    return *std::move(name);
}

} // namespace

std::string_view to_text(ReportType type)
{
    switch (type) {
    case ReportType::user_access:
        return "user-access";
    case ReportType::sessions:
        return "sessions";
    case ReportType::login_history:
        return "login-history";
    }
    throw std::logic_error("a type of report without a name");
}

std::string_view to_text(Format format)
{
    return format == Format::csv ? "csv" : "json";
}

std::string_view to_text(Status status)
{
    switch (status) {
    case Status::generating:
        return "generating";
    case Status::ready:
        return "ready";
    case Status::failed:
        return "failed";
    }
    throw std::logic_error("a status without a name");
}

Permission permission_for(ReportType type)
{
    switch (type) {
    case ReportType::user_access:
        return Permission::users_view;
    case ReportType::sessions:
        return Permission::sessions_view;
    case ReportType::login_history:
        return Permission::settings_security_view;
    }
    throw std::logic_error("a type of report without a permission");
}

Standing standing_of(Resource const& report)
{
    Standing standing;
    standing.type = parse(every_type, text_attribute(report, "type"));
    standing.format = parse(every_format, text_attribute(report, "format"));
    auto const status = parse(every_status, text_attribute(report, domain::report_status));
    standing.status = status.value_or(Status::generating);
    standing.claimed_at = text_attribute(report, domain::report_claim);
    standing.problem = text_attribute(report, "problem");
    auto const* const attempts = attribute(report, "attempts");
    if (attempts && attempts->integer())
        standing.attempts = *attempts->integer();
    return standing;
}

bool waits_for_a_writer(Standing const& standing, Instant now)
{
    return standing.status != Status::failed
        && (!standing.claimed_at || *standing.claimed_at < gatehouse::to_text(now - longest_writing)
        );
}

std::optional<domain::OrganizationId> organization_in(http::Given const& given)
{
    if (given.value.is_null())
        return std::nullopt;
    auto const* const text = given.value.text();
    if (!text)
        throw invalid_field("organizationId", "must be a string");
    return domain::OrganizationId(*text);
}

NewReport new_report(CreateRequest const& request, Instant now)
{
    auto const type = parse(every_type, request.type);
    if (!type)
        throw invalid_field("type", "must be one of user-access, sessions, login-history");
    if (!parse(every_format, request.format))
        throw invalid_field("format", "must be csv or json");
    constexpr std::size_t day = 10; // of a time as text
    auto const usual = request.type + " " + gatehouse::to_text(now).substr(0, day);
    NewReport made{.type = *type, .resource = {}};
    made.resource.name = name_in(request.name.value_or(usual));
    made.resource.attributes = {
        {"type", request.type},
        {"format", request.format},
        {domain::report_status, to_text(Status::generating)},
    };
    return made;
}

domain::ResourceChange change_of(ChangeRequest const& request)
{
    if (request.organization_id.is_there)
        throw domain::immutable_field("organizationId");
    domain::ResourceChange change;
    if (request.name)
        change.name = name_in(*request.name);
    return change;
}

ReportView view_of(Resource const& report)
{
    auto const standing = standing_of(report);
    ReportView view;
    view.id = report.id.text();
    view.organization_id = report.organization_id.text();
    view.type = text_attribute(report, "type");
    view.format = text_attribute(report, "format");
    view.name = report.name;
    view.status = to_text(standing.status);
    view.problem = standing.problem;
    if (report.created_by)
        view.created_by = report.created_by->text();
    view.created_at = report.created_at;
    view.updated_at = report.updated_at;
    return view;
}

} // namespace gatehouse::reports
