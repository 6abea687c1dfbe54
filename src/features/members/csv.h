// Members as CSV that no spreadsheet takes for formulas.
#pragma once

#include "domain/users.h"

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::members {

// RFC 4180, with CR LF.
constexpr std::string_view csv_type = "text/csv; charset=utf-8";
extern std::string_view const csv_head;
void append_csv(std::string& into, std::vector<domain::User> const& people);

} // namespace gatehouse::members
