// Words from fixed lists, and one row.
#include "features/organization_sessions/rules.h"

#include "core/text.h"
#include "domain/refusal.h"

namespace gatehouse::organization_sessions {
namespace {
using domain::invalid_field;
using domain::SessionsWanted;
using domain::Surface;

SessionsWanted state_in(std::optional<std::string> const& given)
{
    if (!given || *given == "live")
        return SessionsWanted::live;
    if (*given == "ended")
        return SessionsWanted::ended;
    if (*given == "all")
        return SessionsWanted::all;
    throw invalid_field("state", "must be one of live, ended, all");
}

} // namespace

Wanted understood(ListRequest const& request)
{
    Wanted wanted;
    if (request.user_id && !request.user_id->empty())
        wanted.filter.user = domain::UserId(*request.user_id);
    wanted.filter.wanted = state_in(request.state);
    if (request.surface)
        wanted.filter.surface
            = http::is_second("surface", request.surface, "account", "organization")
            ? Surface::organization
            : Surface::account;
    wanted.filter.search = std::string(trimmed(request.search.value_or("")));
    wanted.window.oldest_first = http::is_second("order", request.order, "desc", "asc");
    wanted.paging = http::paging_of(request.page, request.limit);
    wanted.window.limit = wanted.paging.limit;
    wanted.window.offset = wanted.paging.offset;
    return wanted;
}

std::string same_list(ListRequest const& request)
{
    return http::query_with(
        {{"userId", request.user_id},
         {"state", request.state},
         {"surface", request.surface},
         {"search", request.search},
         {"order", request.order}}
    );
}

SessionView view_of(domain::ListedSession const& listed, domain::SessionId const& current)
{
    auto const& session = listed.session;
    SessionView view;
    view.id = session.id.text();
    view.user_id = session.user_id.text();
    view.email = listed.user.email;
    view.first_name = listed.user.first_name;
    view.last_name = listed.user.last_name;
    view.role = to_text(listed.user.role);
    view.state = to_text(listed.state);
    view.surface = to_text(session.surface);
    view.ip_address = session.ip_address;
    view.user_agent = session.user_agent;
    view.device_id = session.device_id;
    view.device_name = session.device_name;
    view.country = session.country;
    view.city = session.city;
    view.auth_methods = session.auth_methods;
    view.risk_score = session.risk_score;
    view.degraded = session.degraded;
    view.created_at = session.created_at;
    view.last_seen_at = session.last_seen_at;
    view.expires_at = session.expires_at;
    view.absolute_expires_at = session.absolute_expires_at;
    view.ended_at = session.logged_out_at ? session.logged_out_at : session.revoked_at;
    view.revoke_reason = listed.revoke_reason;
    if (listed.revoked_by)
        view.revoked_by = listed.revoked_by->text();
    if (session.impersonation)
        view.impersonated_by = session.impersonation->by.text();
    view.current = session.id == current;
    return view;
}

} // namespace gatehouse::organization_sessions
