// Writing CSV.
#include "features/members/csv.h"

#include "core/csv.h"
#include "domain/person_view.h"

namespace gatehouse::members {
namespace {
using domain::member_view_of;

void append_row(std::string& into, domain::MemberView const& person)
{
    auto const cell = [&](std::string_view text) {
        into += csv_cell(text) + ",";
    };
    cell(person.id);
    cell(person.email);
    cell(person.first_name.value_or(""));
    cell(person.last_name.value_or(""));
    cell(person.role);
    cell(person.status);
    cell(person.email_verified ? "true" : "false");
    cell(person.two_factor_enabled ? "true" : "false");
    cell(to_text(person.created_at));
    into += to_text(person.updated_at) + "\r\n";
}

} // namespace

std::string_view const csv_head = "id,email,firstName,lastName,role,status,emailVerified,"
                                  "twoFactorEnabled,createdAt,updatedAt\r\n";

void append_csv(std::string& into, std::vector<domain::User> const& people)
{
    for (auto const& person : people)
        append_row(into, member_view_of(person));
}

} // namespace gatehouse::members
