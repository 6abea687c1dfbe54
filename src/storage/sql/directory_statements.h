// What the look-ups across organizations say to the database.
#pragma once

#include "storage/sql/granted.h"
#include "storage/sql/invitation_row.h"
#include "storage/sql/join.h"
#include "storage/sql/organization_row.h"
#include "storage/sql/refresh_token_row.h"
#include "storage/sql/resource_row.h"
#include "storage/sql/security_row.h"
#include "storage/sql/session_row.h"
#include "storage/sql/statement.h"
#include "storage/sql/user_row.h"

namespace gatehouse::sql {

inline constexpr Text candidates_head = "SELECT o.name, ";
inline constexpr Text candidates_middle
    = " FROM users u JOIN organizations o ON o.id = u.organization_id WHERE ";
inline constexpr Text candidates_tail
    = " = $1 AND u.deleted_at IS NULL ORDER BY u.created_at, u.id LIMIT $2";
inline constexpr auto select_candidates = either(
    {.postgres = joined<
         candidates_head,
         user_columns,
         candidates_middle,
         "u.email_canonical",
         candidates_tail>,
     .sqlite
     = joined<candidates_head, user_columns, candidates_middle, "lower(u.email)", candidates_tail>}
);

inline constexpr Text taken_head = "SELECT count(*) FROM users WHERE ";
inline constexpr Text taken_tail
    = " = $1 AND deleted_at IS NULL "
      "AND (mailbox_proven_at IS NOT NULL OR (self_registered = true AND created_at > $2))";
inline constexpr auto count_taken = either(
    {.postgres = joined<taken_head, postgres_user_canonical, taken_tail>,
     .sqlite = joined<taken_head, sqlite_canonical, taken_tail>}
);

inline constexpr Text in_use_head = "SELECT id FROM users WHERE ";
inline constexpr Text in_use_tail = " = $1 AND deleted_at IS NULL AND id <> $2 LIMIT 1";
inline constexpr auto select_in_use = either(
    {.postgres = joined<in_use_head, postgres_user_canonical, in_use_tail>,
     .sqlite = joined<in_use_head, sqlite_canonical, in_use_tail>}
);

inline constexpr Text purge_head = "DELETE FROM users WHERE ";
inline constexpr Text purge_tail
    = " = $1 AND deleted_at IS NULL AND self_registered = true AND email_verified = false "
      "AND mailbox_proven_at IS NULL AND created_at <= $2";
// Their organizations first, as `Organizations::hold` says: each loses its owner with them.
inline constexpr Text purge_holding
    = "WITH held AS (SELECT id FROM organizations WHERE id IN (SELECT organization_id FROM users "
      "WHERE ";
inline constexpr Text purge_held = ") FOR NO KEY UPDATE) ";
inline constexpr Text purge_in = " AND organization_id IN (SELECT id FROM held)";
inline constexpr auto purge_stale = either(
    {.postgres = joined<
         purge_holding,
         postgres_user_canonical,
         purge_tail,
         purge_held,
         purge_head,
         postgres_user_canonical,
         purge_tail,
         purge_in,
         " RETURNING id">,
     .sqlite = joined<purge_head, sqlite_canonical, purge_tail, " RETURNING id">}
);

inline constexpr Statement select_organization(joined<
                                               "SELECT ",
                                               organization_columns,
                                               " FROM organizations WHERE id = $1">);
inline constexpr Statement
    select_resource(joined<"SELECT ", resource_columns, " FROM resources WHERE id = $1">);
inline constexpr Statement
    select_assignment(joined<"SELECT ", assignment_columns, " FROM assignments WHERE id = $1">);
inline constexpr Statement
    select_live_user(joined<
                     "SELECT ",
                     user_columns,
                     " FROM users u WHERE u.id = $1 AND u.deleted_at IS NULL">);
inline constexpr Statement select_invitation_id("SELECT 1 FROM invitations WHERE id = $1");
inline constexpr Text session_tail = " FROM sessions s JOIN users u ON u.organization_id = "
                                     "s.organization_id AND u.id = s.user_id WHERE s.id = $1";
// Both joins find their row: it takes the token with it when it goes.
inline constexpr Text refreshing_tail
    = " FROM refresh_tokens t JOIN sessions s ON s.organization_id = t.organization_id "
      "AND s.id = t.session_id JOIN users u ON u.organization_id = s.organization_id "
      "AND u.id = s.user_id WHERE t.token_hash = $1";
inline constexpr Text rules_head = ", (SELECT ";
inline constexpr Text rules_middle = "s.organization_id), (SELECT ";
inline constexpr Text rules_tail = " FROM organizations o WHERE o.id = s.organization_id)";
template <Text gathers, Text policy, Text... tail>
inline constexpr char const* session_text = joined<
    "SELECT ",
    session_columns,
    ", ",
    user_columns,
    ", ",
    granted_head,
    gathers,
    granted_tail,
    rules_head,
    gathers,
    ip_rules_column,
    rules_middle,
    policy,
    rules_tail,
    tail...>;
inline constexpr auto select_session = either(
    {.postgres = session_text<postgres_gathers, postgres_policy_column, session_tail>,
     .sqlite = session_text<sqlite_gathers, sqlite_policy_column, session_tail>}
);
inline constexpr std::size_t facts_width = session_width + user_width + 3;
template <Text gathers, Text policy>
inline constexpr char const* refreshing_text
    = session_text<gathers, policy, ", ", refresh_token_columns, refreshing_tail>;
inline constexpr auto select_refreshing = either(
    {.postgres = refreshing_text<postgres_gathers, postgres_policy_column>,
     .sqlite = refreshing_text<sqlite_gathers, sqlite_policy_column>}
);
inline constexpr Statement select_refresh_token(joined<
                                                "SELECT ",
                                                refresh_token_columns,
                                                " FROM refresh_tokens t WHERE t.token_hash = $1">);
inline constexpr Statement select_invitation(joined<
                                             "SELECT ",
                                             invitation_columns,
                                             " FROM invitations WHERE token_hash = $1">);
inline constexpr Statement select_one_time_token(
    "SELECT id, organization_id, user_id, purpose, token_hash, payload, created_at, expires_at, "
    "used_at, requested_ip, attempts FROM one_time_tokens WHERE token_hash = $1"
);
inline constexpr Statement
    select_reset_mirror(joined<
                        "SELECT u.reset_token_expires, ",
                        user_columns,
                        " FROM users u WHERE u.reset_token = $1 AND u.deleted_at "
                        "IS NULL ORDER BY u.id LIMIT 1">);

} // namespace gatehouse::sql
