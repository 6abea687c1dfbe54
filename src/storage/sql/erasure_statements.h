// What goes with a person beside their row and the ledger: everything that names an address of
// theirs while nobody else has it, and what others wrote down about them.
#pragma once

#include "storage/sql/join.h"
#include "storage/sql/statement.h"

namespace gatehouse::sql {

// $1 organization, $2 person, in each of them.

inline constexpr Text postgres_addresses
    = "IN (SELECT unnest(e.addresses) FROM audit_erasures e WHERE e.organization_id = $1 "
      "AND e.user_id = $2";
inline constexpr Text sqlite_addresses
    = "IN (SELECT j.value FROM audit_erasures e, json_each(e.addresses) j "
      "WHERE e.organization_id = $1 AND e.user_id = $2";

// Erasing begins ($3): every address that the ledger and their row know. Those of changed ones
// stand in rows that go soon.
inline constexpr Text start_head = "UPDATE audit_erasures SET started_at = $3, addresses = ";
inline constexpr Text start_tail
    = ") WHERE organization_id = $1 AND user_id = $2 AND started_at IS NULL RETURNING user_id";
inline constexpr auto set_started = either(
    {.postgres = joined<
         start_head,
         "ARRAY(SELECT DISTINCT lower(k.a COLLATE \"C\") FROM (SELECT audit_erasures.address AS a "
         "UNION ALL SELECT u.email FROM users u WHERE u.organization_id = $1 AND u.id = $2 "
         "UNION ALL SELECT l.email FROM audit_ledger l WHERE l.organization_id = $1 "
         "AND l.user_id = $2 UNION ALL SELECT CAST(m.personal AS json) ->> v.side FROM "
         "audit_ledger m, (VALUES ('oldValue'), ('newValue')) v (side) WHERE m.organization_id = "
         "$1 AND m.user_id = $2 AND m.event_type = 'EMAIL_CHANGED') k WHERE k.a IS NOT NULL",
         start_tail>,
     .sqlite = joined<
         start_head,
         "(SELECT json_group_array(DISTINCT lower(k.a)) FROM (SELECT audit_erasures.address AS a "
         "UNION ALL SELECT u.email FROM users u WHERE u.organization_id = $1 AND u.id = $2 "
         "UNION ALL SELECT l.email FROM audit_ledger l WHERE l.organization_id = $1 "
         "AND l.user_id = $2 UNION ALL SELECT m.personal ->> '$.oldValue' FROM audit_ledger m "
         "WHERE m.organization_id = $1 AND m.user_id = $2 AND m.event_type = 'EMAIL_CHANGED' "
         "UNION ALL SELECT m.personal ->> '$.newValue' FROM audit_ledger m WHERE "
         "m.organization_id = $1 AND m.user_id = $2 AND m.event_type = 'EMAIL_CHANGED') k "
         "WHERE k.a IS NOT NULL",
         start_tail>}
);

// What was mailed because of them, also to an address that they never proved, and what was mailed
// to an address of theirs before somebody else had it.
inline constexpr Text mails_head
    = "DELETE FROM outbox WHERE organization_id = $1 AND (EXISTS (SELECT 1 FROM audit_ledger l "
      "WHERE l.organization_id = $1 AND l.id = outbox.ledger_id AND l.user_id = $2) OR ";
inline constexpr Text mails_tail
    = " AND v.id <> $2 AND v.deleted_at IS NULL AND v.created_at <= outbox.created_at))";
inline constexpr auto delete_mails = either(
    {.postgres = joined<
         mails_head,
         "lower(recipient COLLATE \"C\") ",
         postgres_addresses,
         ") AND NOT EXISTS (SELECT 1 FROM users v WHERE v.organization_id = $1 "
         "AND v.email_canonical = lower(outbox.recipient COLLATE \"C\")",
         mails_tail>,
     .sqlite = joined<
         mails_head,
         "lower(recipient) ",
         sqlite_addresses,
         ") AND NOT EXISTS (SELECT 1 FROM users v WHERE v.organization_id = $1 "
         "AND lower(v.email) = lower(outbox.recipient)",
         mails_tail>}
);

// The rest only while no other live user has the address.
inline constexpr Text invitations_head = "DELETE FROM invitations WHERE organization_id = $1 AND ";
inline constexpr Text other_head = ") AND NOT EXISTS (SELECT 1 FROM users v WHERE ";
inline constexpr Text other_tail = " AND v.id <> $2 AND v.deleted_at IS NULL)";
inline constexpr Text here = " AND v.organization_id = $1";
inline constexpr auto delete_invitations = either(
    {.postgres = joined<
         invitations_head,
         "lower(email COLLATE \"C\") ",
         postgres_addresses,
         other_head,
         "v.email_canonical = lower(invitations.email COLLATE \"C\")",
         here,
         other_tail>,
     .sqlite = joined<
         invitations_head,
         "lower(email) ",
         sqlite_addresses,
         other_head,
         "lower(v.email) = lower(invitations.email)",
         here,
         other_tail>}
);

// Counted tries; of the whole house, as an address is closed for the whole house.
inline constexpr Text attempts_head = "DELETE FROM login_attempts WHERE email ";
inline constexpr auto delete_attempts = either(
    {.postgres = joined<
         attempts_head,
         postgres_addresses,
         other_head,
         "v.email_canonical = login_attempts.email",
         other_tail>,
     .sqlite = joined<
         attempts_head,
         sqlite_addresses,
         other_head,
         "lower(v.email) = lower(login_attempts.email)",
         other_tail>}
);
inline constexpr Text resets_head = "DELETE FROM reset_requests WHERE email ";
inline constexpr auto delete_resets = either(
    {.postgres = joined<
         resets_head,
         postgres_addresses,
         other_head,
         "v.email_canonical = reset_requests.email",
         other_tail>,
     .sqlite = joined<
         resets_head,
         sqlite_addresses,
         other_head,
         "lower(v.email) = lower(reset_requests.email)",
         other_tail>}
);

// What was decided about them stands; why it was is about a person.
inline constexpr Statement forget_reasons(
    "UPDATE access_review_items SET reason = 'erased' WHERE organization_id = $1 AND user_id = $2 "
    "AND reason IS NOT NULL"
);

// A report that names them is written anew by whoever looks at it next; one that is being written
// begins anew, as it may have read them already.
inline constexpr Text reports_head = "UPDATE resources SET data = ";
inline constexpr Text reports_tail
    = " WHERE organization_id = $1 AND type = 'report' AND (data->>'status' = 'generating' OR "
      "EXISTS (SELECT 1 FROM report_files f WHERE f.organization_id = $1 "
      "AND f.report_id = resources.id AND ";
inline constexpr Text postgres_named = "position(convert_to($2, 'UTF8') IN f.bytes) > 0";
inline constexpr Text sqlite_named = "instr(f.bytes, CAST($2 AS blob)) > 0";
inline constexpr auto reopen_reports = either(
    {.postgres = joined<
         reports_head,
         "(data - 'claimedAt' - 'attempts') || '{\"status\":\"generating\"}'",
         reports_tail,
         postgres_named,
         "))">,
     .sqlite = joined<
         reports_head,
         "json_patch(data, '{\"status\":\"generating\",\"claimedAt\":null,\"attempts\":null}')",
         reports_tail,
         sqlite_named,
         "))">}
);
inline constexpr Text files_head
    = "DELETE FROM report_files AS f WHERE f.organization_id = $1 AND ";
inline constexpr auto delete_files = either(
    {.postgres = joined<files_head, postgres_named>, .sqlite = joined<files_head, sqlite_named>}
);

} // namespace gatehouse::sql
