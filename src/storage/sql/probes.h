// What the storage asks a database about itself.
#pragma once

#include "storage/sql/statement.h"

namespace gatehouse::sql {

inline constexpr Statement nothing("SELECT 1");
inline constexpr Statement probe_statement("SELECT max(version) FROM schema_migrations");
// Tenant tables whose rows this connection could see beyond its scope: the role is not bound there,
// the policy is gone, or another one opens more. login_attempts is no tenant table.
inline constexpr Statement open_tables(
    "SELECT string_agg(c.relname, ', ' ORDER BY c.relname) FROM pg_class c "
    "WHERE c.relnamespace = to_regnamespace('auth') AND c.relkind = 'r' "
    "AND c.relname <> 'login_attempts' AND has_table_privilege(c.oid, 'SELECT') "
    "AND (c.relname = 'organizations' OR EXISTS (SELECT 1 FROM pg_attribute a "
    "WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped)) "
    "AND (NOT row_security_active(c.oid) "
    "OR NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid "
    "AND p.polname = 'organization_scope') "
    "OR EXISTS (SELECT 1 FROM pg_policy p, unnest(p.polroles) r WHERE p.polrelid = c.oid "
    "AND p.polpermissive AND p.polname <> 'organization_scope' "
    "AND (r = 0 OR pg_has_role(r, 'USAGE'))))"
);
inline constexpr auto time_statement = either(
    {.postgres = "SELECT clock_timestamp()",
     .sqlite = "SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"}
);

} // namespace gatehouse::sql
