// One walk for each type of report.
#include "features/reports/content.h"

#include "domain/reports.h"
#include "features/reports/sheet.h"

#include <stdexcept>
#include <utility>

namespace gatehouse::reports {
namespace {
using domain::OrganizationId;
using domain::PersonWithGrants;
using domain::Services;
using domain::SessionId;
using domain::SessionOfPerson;
using domain::SignIn;
using domain::UserId;

constexpr std::int64_t batch_size = 1000;
constexpr Duration history = 24h * 30; // the usual period of compliance reads

json::Value said(std::optional<std::string> const& text)
{
    return text ? json::Value(*text) : json::Value();
}
json::Value said(std::optional<Instant> const& at)
{
    return at ? json::Value(gatehouse::to_text(*at)) : json::Value();
}

// `clients.delete=1 clients.view=a …`: what role, custom role and grants come to.
std::string permissions_of(PersonWithGrants const& person, policy::Policy const& policy)
{
    auto const grants = policy.effective(person.user.role, person.granted);
    std::string all;
    for (auto const& id : policy.ids_of(grants)) {
        auto const permission = policy.find(id);
        if (!permission)
            throw std::logic_error("a policy that does not know its own permission");
        all += (all.empty() ? "" : " ") + id + "=" + policy::to_letter(grants.cell(*permission));
    }
    return all;
}

json::Array cells_of(PersonWithGrants const& person, policy::Policy const& policy)
{
    auto const& user = person.user;
    return {
        user.id.text(),
        user.email,
        said(user.first_name),
        said(user.last_name),
        domain::to_text(user.role),
        domain::to_text(user.status),
        user.email_verified,
        user.two_factor_enabled,
        permissions_of(person, policy),
        said(user.last_login_at),
        gatehouse::to_text(user.created_at),
    };
}

json::Array cells_of(SessionOfPerson const& live)
{
    auto const& session = live.session;
    return {
        session.id.text(),
        session.user_id.text(),
        live.email,
        said(session.ip_address),
        said(session.user_agent),
        said(session.device_name),
        said(session.country),
        said(session.city),
        gatehouse::to_text(session.created_at),
        gatehouse::to_text(session.last_seen_at),
        gatehouse::to_text(session.expires_at),
    };
}

json::Array cells_of(SignIn const& one)
{
    return {
        gatehouse::to_text(one.at),
        one.event,
        one.outcome,
        said(one.user_id),
        said(one.email),
        said(one.ip_address),
        said(one.user_agent),
    };
}

bool is_full(std::size_t rows)
{
    return rows == static_cast<std::size_t>(batch_size);
}

Async<Sheet> user_access(Services& services, OrganizationId organization, Format format)
{
    Sheet sheet(
        format,
        {"id",
         "email",
         "firstName",
         "lastName",
         "role",
         "status",
         "emailVerified",
         "twoFactorEnabled",
         "permissions",
         "lastLoginAt",
         "createdAt"}
    );
    auto const policy = services.policies.current();
    UserId after;
    for (bool more = true; more;) {
        auto work = co_await services.storage.read();
        auto const batch = co_await work->reports().people(organization, after, batch_size);
        for (auto const& person : batch)
            sheet.add(cells_of(person, *policy));
        more = is_full(batch.size());
        if (more)
            after = batch.back().user.id;
    }
    co_return sheet;
}

Async<Sheet>
live_sessions(Services& services, OrganizationId organization, Format format, Instant now)
{
    Sheet sheet(
        format,
        {"id",
         "userId",
         "email",
         "ipAddress",
         "userAgent",
         "deviceName",
         "country",
         "city",
         "createdAt",
         "lastSeenAt",
         "expiresAt"}
    );
    SessionId after;
    for (bool more = true; more;) {
        auto work = co_await services.storage.read();
        auto const batch
            = co_await work->reports().live_sessions(organization, now, after, batch_size);
        for (auto const& live : batch)
            sheet.add(cells_of(live));
        more = is_full(batch.size());
        if (more)
            after = batch.back().session.id;
    }
    co_return sheet;
}

Async<Sheet>
login_history(Services& services, OrganizationId organization, Format format, Instant now)
{
    Sheet sheet(
        format, {"occurredAt", "event", "outcome", "userId", "email", "ipAddress", "userAgent"}
    );
    auto const since = now - history;
    std::int64_t after = 0;
    for (bool more = true; more;) {
        auto work = co_await services.storage.read();
        auto const batch
            = co_await work->reports().sign_ins(organization, since, after, batch_size);
        for (auto const& one : batch)
            sheet.add(cells_of(one));
        more = is_full(batch.size());
        if (more)
            after = batch.back().id;
    }
    co_return sheet;
}

Async<Sheet> sheet_of(
    Services& services, OrganizationId organization, ReportType type, Format format, Instant now
)
{
    switch (type) {
    case ReportType::user_access:
        return user_access(services, std::move(organization), format);
    case ReportType::sessions:
        return live_sessions(services, std::move(organization), format, now);
    case ReportType::login_history:
        return login_history(services, std::move(organization), format, now);
    }
    throw std::logic_error("a type of report without content");
}

} // namespace

Async<std::string> content_of(
    Services& services, OrganizationId organization, ReportType type, Format format, Instant now
)
{
    auto sheet = co_await sheet_of(services, std::move(organization), type, format, now);
    co_return std::move(sheet).finished();
}

} // namespace gatehouse::reports
