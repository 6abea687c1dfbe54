// Looking into the database's catalogue.
#include "storage/sql/schema_objects.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace gatehouse::sql {
namespace {

constexpr auto needed = std::to_array<char const*>({
    "organizations",
    "users",
    "sessions",
    "refresh_tokens",
    "login_attempts",
    "one_time_tokens",
    "reset_requests",
    "encryption_vaults",
    "step_up_challenges",
    "outbox",
    "audit_ledger",
    "audit_unsealed",
    "audit_seals",
    "audit_checkpoints",
    "audit_unpublished",
    "audit_keys",
    "audit_prunings",
    "audit_erasures",
    "retention_settings",
    "legal_holds",
    "signing_keys",
    "rate_counters",
    "captured_mails",
    "invitations",
    "user_pictures",
    "first_link",
    "schema_migrations", // tables
    "security_events",
    "audit_logs",
    "encryption_vault_audit", // views
    "users_id_key",
    "users_org_email_live",
    "users_self_registered_email_live",
    "sessions_id_key",
    "refresh_tokens_token_hash_unique",
    "one_time_tokens_token_hash_unique",
    "invitations_token_hash_unique",
    "outbox_dedupe_key",
    "signing_keys_one_signs",
    "signing_keys_one_published",
    "audit_keys_one_signs", // unique
    "audit_ledger_waits",
    "users_erased_later", // triggers
    "users_status_check",
    "encryption_vaults_has_wrap",
    "encryption_vaults_wrap_iv_pair",
    "encryption_vaults_zk_consistency", // checks
});
constexpr auto needed_on_postgres = std::to_array<char const*>({
    "audit_ledger_append_only",
    "audit_seals_append_only",
    "audit_checkpoints_append_only",
    "audit_prunings_append_only",
    "audit_ledger_erased_alone",
    "erase_ledger",
    "prune_ledger",
    "rotate_audit_key",
    "retention_settings_ledger_check",
});
// What is kept in memory rests on these (migrations 0007 and 0010).
constexpr auto telling = std::to_array<char const*>({
    "users_updated_told",
    "users_deleted_told",
    "users_truncated_told",
    "sessions_updated_told",
    "sessions_deleted_told",
    "sessions_truncated_told",
    "custom_roles_updated_told",
    "custom_roles_deleted_told",
    "custom_roles_truncated_told",
    "custom_role_permissions_updated_told",
    "custom_role_permissions_deleted_told",
    "custom_role_permissions_truncated_told",
    "custom_role_permissions_inserted_told",
    "user_permissions_updated_told",
    "user_permissions_deleted_told",
    "user_permissions_truncated_told",
    "user_permissions_inserted_told",
    "resources_updated_told",
    "resources_deleted_told",
    "resources_truncated_told",
    "assignments_updated_told",
    "assignments_deleted_told",
    "assignments_truncated_told",
    "assignments_inserted_told",
    "ip_rules_updated_told",
    "ip_rules_deleted_told",
    "ip_rules_truncated_told",
    "ip_rules_inserted_told",
    "organizations_updated_told",
});
constexpr auto needed_on_sqlite = std::to_array<char const*>(
    {"audit_ledger_no_replace",
     "audit_ledger_no_update",
     "audit_ledger_no_delete",
     "audit_prunings_no_replace",
     "audit_prunings_no_update",
     "audit_prunings_no_delete",
     "retention_settings_ledger_inserted",
     "retention_settings_ledger_updated"}
);

// Names, and on SQLite the text that names a table's constraints.
constexpr auto select_objects = either({
    .postgres
    = "SELECT relname::text, '' FROM pg_class WHERE relnamespace = to_regnamespace('auth') "
      "UNION ALL SELECT conname::text, '' FROM pg_constraint WHERE connamespace = "
      "to_regnamespace('auth') "
      "UNION ALL SELECT t.tgname::text, '' FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
      "WHERE c.relnamespace = to_regnamespace('auth') AND t.tgenabled IN ('O', 'A') UNION ALL "
      "SELECT p.proname::text, '' FROM pg_proc p WHERE p.pronamespace = to_regnamespace('auth')",
    .sqlite = "SELECT name, coalesce(sql, '') FROM sqlite_master",
});

} // namespace

std::span<char const* const> telling_triggers()
{
    return telling;
}

std::vector<std::string> missing_objects(SchemaConnection& connection)
{
    std::set<std::string, std::less<>> present;
    std::string definitions;
    for (auto const row : connection.query(select_objects, Values())) {
        present.insert(row.text(0));
        definitions += row.text(1) + "\n";
    }
    std::vector<std::string> missing;
    auto const look_for = [&](char const* name) {
        auto const constraint = std::string("CONSTRAINT ") + name + " ";
        if (!present.contains(name) && definitions.find(constraint) == std::string::npos
            && definitions.find(std::string("CONSTRAINT ") + name + "\n") == std::string::npos)
            missing.emplace_back(name);
    };
    auto const look_for_each = [&](std::span<char const* const> names) {
        std::ranges::for_each(names, look_for);
    };
    look_for_each(needed);
    if (connection.dialect() == Dialect::sqlite) {
        look_for_each(needed_on_sqlite);
    } else {
        look_for_each(needed_on_postgres);
        look_for_each(telling);
    }
    return missing;
}

} // namespace gatehouse::sql
