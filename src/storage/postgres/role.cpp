// Asking the catalogue what the restricted role lacks, and giving it that.
#include "storage/postgres/role.h"

#include "storage/sql/errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace gatehouse::postgres {
namespace {

using sql::StorageError;
using Lines = std::vector<std::string>;

constexpr std::size_t longest_name = 63; // NAMEDATALEN - 1
constexpr int most_rounds = 4;

constexpr sql::Statement select_role(
    "SELECT rolsuper, rolbypassrls, EXISTS (SELECT 1 FROM pg_class c "
    "WHERE c.relnamespace = 'auth'::regnamespace AND c.relkind = 'r' "
    "AND pg_has_role(r.oid, c.relowner, 'USAGE')), "
    // Before 16 every member may.
    "pg_has_role(session_user, r.oid, CASE WHEN current_setting('server_version_num')::integer "
    "< 160000 THEN 'MEMBER' ELSE 'SET' END) FROM pg_roles r WHERE r.rolname = $1"
);
constexpr sql::Statement select_user("SELECT session_user::text");

// A tenant table without row-level security is granted nothing: forgotten, it fails closed. Nobody
// changes what the ledger and the list of migrations hold, and views are read.
constexpr sql::Statement select_lacking_grants(
    "WITH role AS (SELECT oid, rolname FROM pg_roles WHERE rolname = $1), "
    "wanted AS (SELECT c.oid, c.relname, c.relkind, c.relacl, "
    "CASE WHEN c.relkind = 'v' OR c.relname = 'schema_migrations' THEN '{SELECT}' "
    "WHEN c.relname IN ('audit_ledger', 'audit_seals', 'audit_checkpoints', 'audit_prunings', "
    "'audit_keys') "
    "THEN '{SELECT,INSERT}' "
    "ELSE '{SELECT,INSERT,UPDATE,DELETE}' END::text[] AS privileges FROM pg_class c "
    "WHERE c.relnamespace = 'auth'::regnamespace AND (c.relkind = 'r' AND (c.relrowsecurity "
    "OR c.relname IN ('schema_migrations', 'login_attempts', 'reset_requests', 'signing_keys', "
    "'rate_counters', 'captured_mails', 'audit_keys', 'first_link')) OR c.relkind = 'v' AND "
    "c.relname IN "
    "('security_events', "
    "'audit_logs', 'encryption_vault_audit', 'user_sessions'))) "
    "SELECT format('GRANT USAGE ON SCHEMA auth TO %I', rolname) FROM role "
    "WHERE NOT has_schema_privilege(oid, 'auth', 'USAGE') UNION ALL "
    "SELECT format('GRANT USAGE ON TYPE auth.user_role TO %I', rolname) FROM role "
    "WHERE NOT has_type_privilege(oid, 'auth.user_role', 'USAGE') UNION ALL "
    "SELECT format('GRANT EXECUTE ON FUNCTION %s TO %I', f.oid::regprocedure, rolname) "
    "FROM role, pg_proc f WHERE f.pronamespace = 'auth'::regnamespace "
    "AND f.proname IN ('audit_metadata', 'erase_ledger', 'prune_ledger', "
    "'rotate_audit_key') AND NOT "
    "has_function_privilege(role.oid, f.oid, 'EXECUTE') "
    "UNION ALL SELECT format('GRANT %s ON auth.%I TO %I', string_agg(privilege, ', '), relname, "
    "rolname) FROM role, wanted, unnest(privileges) AS privilege "
    "WHERE NOT has_table_privilege(role.oid, wanted.oid, privilege) GROUP BY relname, rolname "
    "UNION ALL SELECT format('REVOKE %s ON auth.%I FROM %I', string_agg(a.privilege_type, ', '), "
    "relname, rolname) FROM role, wanted, aclexplode(wanted.relacl) a "
    "WHERE a.grantee = role.oid AND a.privilege_type <> ALL (privileges) GROUP BY relname, rolname "
    "UNION ALL SELECT format('GRANT USAGE ON SEQUENCE auth.%I TO %I', s.relname, rolname) "
    "FROM role, wanted JOIN pg_depend d ON d.refobjid = wanted.oid AND d.deptype IN ('a', 'i') "
    "AND d.classid = 'pg_class'::regclass JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' "
    "WHERE NOT has_sequence_privilege(role.oid, s.oid, 'USAGE')"
);

// An owner is not bound by what is enabled and not forced, nor is a superuser.
void require_bound(std::string const& role, sql::Row const& found)
{
    char const* why = nullptr;
    if (found.boolean(0))
        why = "is a superuser";
    else if (found.boolean(1))
        why = "has BYPASSRLS";
    else if (found.boolean(2))
        why = "owns the tables, or is a member of who owns them";
    if (why)
        throw RoleRefused(fmt::format(
            "the role {} {}, so row-level security does not bind it; name another with "
            "GATEHOUSE_DATABASE_ROLE",
            role,
            why
        ));
}

// The SQL that is still to be run, in order; grants come into sight once the role is there.
Lines what_lacks(sql::SchemaConnection& connection, std::string const& role)
{
    auto const user = connection.query(select_user, sql::Values()).front().text(0);
    auto const membership = fmt::format("GRANT {} TO {}", quoted(role), quoted(user));
    auto const found = connection.query(select_role, sql::values(role));
    if (found.empty())
        return {fmt::format("CREATE ROLE {} NOLOGIN", quoted(role)), membership};
    require_bound(role, found.front());
    Lines lacking;
    if (!found.front().boolean(3))
        lacking.push_back(membership);
    for (auto const row : connection.query(select_lacking_grants, sql::values(role)))
        lacking.push_back(row.text(0));
    return lacking;
}

RoleRefused refusal(std::string const& role, Lines const& lacking, std::string const& cause)
{
    return RoleRefused(fmt::format(
        "the role {} of row-level security cannot be prepared ({}); let who may run: {};",
        role,
        cause,
        fmt::join(lacking, "; ")
    ));
}

// True when nothing lacks any more. A grant by somebody who may not make it can pass with a mere
// warning, so it is looked at again.
bool give(sql::SchemaConnection& connection, std::string const& role, Lines& lacking)
{
    for (int round = 0; round < most_rounds; ++round) {
        lacking = what_lacks(connection, role);
        if (lacking.empty())
            return true;
        for (auto const& line : lacking)
            connection.script(line);
    }
    return false;
}

} // namespace

bool is_role_name(std::string_view name)
{
    auto const is_letter = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z')
            || letter == '_';
    };
    auto const may_follow = [&](char letter) {
        return is_letter(letter) || (letter >= '0' && letter <= '9') || letter == '-';
    };
    return !name.empty() && name.size() <= longest_name && is_letter(name.front())
        && std::ranges::all_of(name, may_follow) && name != "none" && name != "public"
        && !name.starts_with("pg_");
}

std::string quoted(std::string_view name)
{
    std::string text = "\"";
    for (auto const letter : name)
        text += letter == '"' ? std::string("\"\"") : std::string(1, letter);
    return text + '"';
}

void prepare_role(sql::SchemaConnection& connection, std::string const& role)
{
    // Roles belong to the whole server, and the lock to one database: the node of another may have
    // been quicker, so a failure is looked at again.
    for (int tries = 1;; ++tries) {
        Lines lacking;
        try {
            connection.begin();
            if (!give(connection, role, lacking))
                throw StorageError(StorageError::Kind::broken, "a grant had no effect");
            connection.commit();
            return;
        } catch (StorageError const& error) {
            connection.rollback();
            if (error.kind() == StorageError::Kind::unavailable)
                throw;
            if (tries == most_rounds)
                throw refusal(role, lacking, error.what());
        } catch (...) {
            connection.rollback();
            throw;
        }
    }
}

std::string trouble_with_role(sql::SchemaConnection& connection, std::string const& role)
{
    try {
        if (what_lacks(connection, role).empty())
            return {};
        return fmt::format(
            "the role {} of row-level security is not prepared: run `gatehouse migrate`", role
        );
    } catch (RoleRefused const& refused) {
        return refused.what();
    }
}

} // namespace gatehouse::postgres
