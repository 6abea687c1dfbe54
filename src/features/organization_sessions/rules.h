// What a list of sessions may be asked for, and how its rows are told.
#pragma once

#include "domain/session_list.h"
#include "features/organization_sessions/messages.h"
#include "http/paging.h"

#include <string>

namespace gatehouse::organization_sessions {

struct Wanted {
    domain::SessionFilter filter;
    domain::SessionWindow window;
    http::Paging paging;
};

Wanted understood(ListRequest const& request); // throws Refusal

// What the next page must be asked for besides its number.
std::string same_list(ListRequest const& request);

SessionView view_of(domain::ListedSession const& listed, domain::SessionId const& current);

} // namespace gatehouse::organization_sessions
