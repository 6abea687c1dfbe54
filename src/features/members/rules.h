// What a list of members may be asked for, and how it continues.
#pragma once

#include "domain/members.h"
#include "features/members/messages.h"
#include "http/paging.h"

#include <string>
#include <vector>

namespace gatehouse::members {

struct Wanted {
    domain::MemberFilter filter;
    domain::MemberWindow window;
    http::Paging paging;
    bool is_csv = false;
    std::vector<domain::UserId> ids; // these people alone; empty: whoever the filter lets through
};

Wanted understood(ListRequest const& request); // throws Refusal

// What the next page must be asked for besides its number: same filters, same order.
std::string same_list(ListRequest const& request);

} // namespace gatehouse::members
