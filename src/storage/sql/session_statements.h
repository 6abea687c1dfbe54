// What the store of sessions says to the database.
#pragma once

#include "storage/sql/join.h"
#include "storage/sql/session_row.h"
#include "storage/sql/statement.h"

namespace gatehouse::sql {

inline constexpr Statement insert_session(
    "INSERT INTO sessions (id, organization_id, user_id, session_version, surface, ip_address, "
    "user_agent, device_fingerprint, device_id, device_name, country, city, auth_methods, "
    "remember_me, created_at, last_seen_at, expires_at, absolute_expires_at, risk_score, degraded, "
    "impersonated_by, impersonated_from, impersonation_reason) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, "
    "$20, $21, $22, $23)"
);
inline constexpr Statement
    set_logged_out("UPDATE sessions SET logged_out_at = $3 WHERE organization_id = $1 AND id = $2 "
                   "AND logged_out_at IS NULL AND revoked_at IS NULL RETURNING id");
inline constexpr Statement set_all_logged_out(
    "UPDATE sessions SET logged_out_at = $3 WHERE organization_id = $1 AND user_id = $2 "
    "AND logged_out_at IS NULL AND revoked_at IS NULL"
);
inline constexpr Statement
    revoke_one("UPDATE sessions SET revoked_at = $4, revoke_reason = $5 "
               "WHERE organization_id = $1 AND user_id = $2 AND id = $3 "
               "AND logged_out_at IS NULL AND revoked_at IS NULL "
               "AND expires_at > $4 AND absolute_expires_at > $4 RETURNING id");
inline constexpr Statement revoke_others("UPDATE sessions SET revoked_at = $4, revoke_reason = $5 "
                                         "WHERE organization_id = $1 AND user_id = $2 AND id <> $3 "
                                         "AND logged_out_at IS NULL AND revoked_at IS NULL");
inline constexpr Statement
    select_seen("SELECT EXISTS (SELECT 1 FROM sessions WHERE organization_id = $1 AND user_id = $2 "
                "AND impersonated_from IS NULL), "
                "EXISTS (SELECT 1 FROM sessions WHERE organization_id = $1 AND user_id = $2 "
                "AND device_fingerprint = $3 "
                "AND (revoke_reason IS NULL OR revoke_reason <> 'security_alert'))");
inline constexpr Statement disown_device(
    "UPDATE sessions SET revoked_at = coalesce(revoked_at, $4), revoke_reason = 'security_alert' "
    "WHERE organization_id = $1 AND user_id = $2 AND device_fingerprint = $3 "
    "AND (revoke_reason IS NULL OR revoke_reason <> 'security_alert')"
);
// An impersonation is live as long as the session that it was begun in. $3: now.
inline constexpr Text lives_on
    = "(s.impersonated_from IS NULL OR EXISTS "
      "(SELECT 1 FROM sessions f JOIN users b ON b.organization_id = f.organization_id "
      "AND b.id = f.user_id WHERE f.organization_id = s.organization_id "
      "AND f.id = s.impersonated_from AND f.user_id = s.impersonated_by "
      "AND f.logged_out_at IS NULL AND f.revoked_at IS NULL AND f.expires_at > $3 "
      "AND f.absolute_expires_at > $3 AND f.session_version = b.session_version "
      "AND b.deleted_at IS NULL AND b.status = 'active'))";
inline constexpr Text own_ones
    = " FROM sessions s JOIN users u ON u.organization_id = s.organization_id AND u.id = s.user_id "
      "WHERE s.organization_id = $1 AND s.user_id = $2 AND s.logged_out_at IS NULL "
      "AND s.revoked_at IS NULL AND s.expires_at > $3 AND s.absolute_expires_at > $3 "
      "AND s.session_version = u.session_version AND ";
inline constexpr Statement select_live(joined<
                                       "SELECT ",
                                       session_columns,
                                       own_ones,
                                       lives_on,
                                       " ORDER BY s.created_at DESC, s.id DESC LIMIT 1000">);
// A person who was suspended, or whose sessions were voided, is nobody's to act as.
inline constexpr Statement
    select_impersonating(joined<
                         "SELECT ",
                         session_columns,
                         " FROM sessions s JOIN users u ON u.organization_id = s.organization_id "
                         "AND u.id = s.user_id WHERE s.organization_id = $1 AND "
                         "s.impersonated_from = $2 "
                         "AND s.logged_out_at IS NULL AND s.revoked_at IS NULL AND s.expires_at > "
                         "$3 "
                         "AND s.absolute_expires_at > $3 AND s.session_version = u.session_version "
                         "AND u.deleted_at IS NULL AND u.status = 'active' ORDER BY s.created_at "
                         "DESC LIMIT 1">);
inline constexpr Statement count_live_ones(joined<"SELECT count(*)", own_ones, lives_on>);
inline constexpr Statement
    delete_beyond("DELETE FROM sessions WHERE organization_id = $1 AND user_id = $2 AND id IN "
                  "(SELECT id FROM sessions WHERE organization_id = $1 AND user_id = $2 "
                  "AND logged_out_at IS NULL AND impersonated_from IS NULL "
                  "ORDER BY created_at DESC, id DESC LIMIT 1000000 OFFSET $3)");
// Written for many sessions at once, in an order that others do not keep: a session that somebody
// ends just now is passed over, rather than waited for in a circle.
inline constexpr Text set_seen
    = "UPDATE sessions SET last_seen_at = $3, expires_at = "
      "CASE WHEN expires_at > $4 THEN expires_at WHEN absolute_expires_at < $4 "
      "THEN absolute_expires_at ELSE COALESCE($4, expires_at) END WHERE ";
inline constexpr Text still_live
    = "organization_id = $1 AND id = $2 AND last_seen_at <= $3 AND logged_out_at IS NULL "
      "AND revoked_at IS NULL AND expires_at > $3 AND absolute_expires_at > $3";
inline constexpr auto move_seen = either(
    {.postgres = joined<
         set_seen,
         "(organization_id, id) = (SELECT organization_id, id FROM sessions WHERE ",
         still_live,
         " FOR NO KEY UPDATE SKIP LOCKED)">,
     .sqlite = joined<set_seen, still_live>}
);
inline constexpr Statement
    put_risk("UPDATE sessions SET risk_score = $3, degraded = (degraded OR $4) "
             "WHERE organization_id = $1 AND id = $2");
inline constexpr Statement
    put_place("UPDATE sessions SET country = coalesce($3, country), "
              "city = coalesce($4, city) WHERE organization_id = $1 AND id = $2");

inline constexpr auto add_class = either(
    {.postgres = "UPDATE sessions SET device_classes = array_append(device_classes, $3::text) "
                 "WHERE organization_id = $1 AND id = $2 "
                 "AND NOT coalesce($3::text = ANY (device_classes), false) RETURNING id",
     .sqlite = "UPDATE sessions SET "
               "device_classes = json_insert(coalesce(device_classes, '[]'), '$[#]', $3) "
               "WHERE organization_id = $1 AND id = $2 AND NOT EXISTS "
               "(SELECT 1 FROM json_each(device_classes) WHERE value = $3) RETURNING id"}
);

} // namespace gatehouse::sql
