// The restricted role of the server's statements (spec/database §2, D-104): made, granted, judged.
#pragma once

#include "storage/sql/migrate.h"

#include <stdexcept>
#include <string>
#include <string_view>

namespace gatehouse::postgres {

inline constexpr std::string_view default_role = "gatehouse_app";

// Letters, digits, `_` and `-`, not beginning with a digit or `-`, at most 63, and no word that
// PostgreSQL keeps for itself: `SET ROLE none` would lift the restriction.
bool is_role_name(std::string_view name);

// As an identifier in SQL.
std::string quoted(std::string_view name);

// The role cannot be used; what() is one line: why, and the SQL or setting that mends it.
class RoleRefused : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Makes the role where it is missing, lets the connecting user take it on, and grants it what the
// server's statements need, no more. Changes nothing where nothing is missing, so a user who owns
// nothing may start a server that the owner has prepared. Under the migration lock. The schema must
// be current. Throws RoleRefused.
void prepare_role(sql::SchemaConnection& connection, std::string const& role);

// One line when prepare_role() would have something to do or to refuse, else nothing.
std::string trouble_with_role(sql::SchemaConnection& connection, std::string const& role);

} // namespace gatehouse::postgres
