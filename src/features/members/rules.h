// What a list of members may be asked for, and how it continues.
#pragma once

#include "domain/members.h"
#include "features/members/messages.h"

#include <cstdint>
#include <string>

namespace gatehouse::members {

constexpr std::int64_t longest_page = 100;
constexpr std::int64_t usual_page = 20; // `page` without `limit`
constexpr std::int64_t longest_plain_list = 1000; // decisions D-102

struct Wanted {
    domain::MemberFilter filter;
    domain::MemberWindow window; // limit and offset only where it is paged
    bool is_paged = false;
    bool is_csv = false;
    std::int64_t page = 1;
};

Wanted understood(ListRequest const& request); // throws Refusal

// The address of the page that follows a plain list which was cut: same filters, same order.
std::string next_of(ListRequest const& request, std::string const& organization);

} // namespace gatehouse::members
