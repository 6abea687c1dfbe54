// What is kept about a person, table by table: the columns that are shown, and never a digest, a
// secret, a sealed payload or a code, nor what is about somebody else (decisions 0034): other
// people stand here with their ids.
#pragma once

#include "storage/sql/join.h"
#include "storage/sql/statement.h"

#include <array>
#include <string_view>

namespace gatehouse::sql {

// $1 organization, $2 person, $3 the key of the last row (empty: from the beginning), $4 how many.
struct PersonalSection {
    std::string_view name;
    // Of the columns, in their order; behind a colon what they are: i integer, b truth, d moment,
    // j JSON, l list of texts; a text otherwise. The first one is the key.
    std::string_view columns;
    Statement const& statement;
};

inline constexpr Statement personal_user(
    "SELECT id, email, email_verified, mailbox_proven_at, self_registered, pending_email, name, "
    "first_name, last_name, profile_picture, CAST(role AS text), custom_role_id, status, "
    "two_factor_enabled, password_changed_at, last_login_at, created_at, updated_at FROM users "
    "WHERE organization_id = $1 AND id = $2 AND id > $3 ORDER BY id LIMIT $4"
);
inline constexpr Statement personal_organization(
    "SELECT o.id, o.name, o.kind, o.industry, o.size, o.created_at, o.owner_id = u.id FROM "
    "organizations o JOIN users u ON u.organization_id = o.id AND u.id = $2 "
    "WHERE o.id = $1 AND o.id > $3 ORDER BY o.id LIMIT $4"
);
inline constexpr Statement
    personal_permissions("SELECT permission_id, cell, granted_by, created_at FROM user_permissions "
                         "WHERE organization_id = $1 AND user_id = $2 AND permission_id > $3 "
                         "ORDER BY permission_id LIMIT $4");
// Of one in which somebody acted as them, nothing of where that one was.
inline constexpr Statement personal_sessions(
    "SELECT id, surface, CASE WHEN impersonated_by IS NULL THEN ip_address END, CASE WHEN "
    "impersonated_by IS NULL THEN user_agent END, CASE WHEN impersonated_by IS NULL THEN "
    "device_fingerprint END, CASE WHEN impersonated_by IS NULL THEN device_id END, "
    "CASE WHEN impersonated_by IS NULL THEN device_name END, CASE WHEN impersonated_by IS NULL "
    "THEN country END, CASE WHEN impersonated_by IS NULL THEN city END, impersonated_by, "
    "auth_methods, risk_score, degraded, device_classes, remember_me, created_at, "
    "last_seen_at, expires_at, absolute_expires_at, logged_out_at, revoked_at, revoke_reason "
    "FROM sessions WHERE organization_id = $1 AND user_id = $2 AND id > $3 ORDER BY id LIMIT $4"
);
inline constexpr Statement personal_refresh_tokens(
    "SELECT id, session_id, family_id, device_fingerprint, issued_at, expires_at, is_revoked, "
    "revoked_at, revoke_reason, suspicious_reuse_at FROM refresh_tokens "
    "WHERE organization_id = $1 AND user_id = $2 AND id > $3 ORDER BY id LIMIT $4"
);
inline constexpr Statement personal_attempts(
    "SELECT CAST(a.id AS text), a.email, a.ip_address, a.successful, a.throttled, a.method, "
    "a.attempted_at FROM login_attempts a JOIN users u ON u.id = a.user_id "
    "WHERE u.organization_id = $1 AND a.user_id = $2 "
    "AND a.id > COALESCE(CAST(NULLIF($3, '') AS bigint), 0) ORDER BY a.id LIMIT $4"
);
inline constexpr Statement personal_resets(
    "SELECT CAST(r.id AS text), r.email, r.ip_address, r.throttled, r.requested_at "
    "FROM reset_requests r JOIN users u ON u.id = r.user_id WHERE u.organization_id = $1 "
    "AND r.user_id = $2 AND r.id > COALESCE(CAST(NULLIF($3, '') AS bigint), 0) "
    "ORDER BY r.id LIMIT $4"
);
inline constexpr Statement personal_links(
    "SELECT id, purpose, created_at, expires_at, used_at, requested_ip FROM one_time_tokens "
    "WHERE organization_id = $1 AND user_id = $2 AND id > $3 ORDER BY id LIMIT $4"
);
inline constexpr Statement personal_step_ups(
    "SELECT id, session_id, purpose, method, device_fingerprint, attempts, created_at, expires_at, "
    "satisfied_at FROM step_up_challenges "
    "WHERE organization_id = $1 AND user_id = $2 AND id > $3 ORDER BY id LIMIT $4"
);
inline constexpr Statement personal_vault(
    "SELECT user_id, format_version, zero_knowledge, recovery_set_at, created_at, updated_at "
    "FROM encryption_vaults WHERE organization_id = $1 AND user_id = $2 AND user_id > $3 "
    "ORDER BY user_id LIMIT $4"
);
inline constexpr Statement personal_pictures(
    "SELECT variant, content_type, length(bytes), created_at FROM user_pictures "
    "WHERE organization_id = $1 AND user_id = $2 AND variant > $3 ORDER BY variant LIMIT $4"
);
inline constexpr Statement personal_assignments(
    "SELECT id, resource_type, resource_id, assigned_by, created_at FROM assignments "
    "WHERE organization_id = $1 AND user_id = $2 AND id > $3 ORDER BY id LIMIT $4"
);
// That they made them; what stands in them may be others' by now, and not theirs to see.
inline constexpr Statement personal_resources(
    "SELECT id, type, created_at FROM resources "
    "WHERE organization_id = $1 AND created_by = $2 AND id > $3 ORDER BY id LIMIT $4"
);
inline constexpr Statement personal_invitations(
    "SELECT i.id, CAST(i.role AS text), i.created_at, i.expires_at, i.accepted_at, "
    "i.revoked_at FROM invitations i WHERE i.organization_id = $1 AND i.invited_by = $2 "
    "AND i.id > $3 ORDER BY i.id LIMIT $4"
);
inline constexpr Statement personal_reviews(
    "SELECT review_id, role, status, custom_role_id, custom_role, permissions, decision, reason, "
    "decided_at "
    "FROM access_review_items WHERE organization_id = $1 AND user_id = $2 AND review_id > $3 "
    "ORDER BY review_id LIMIT $4"
);
inline constexpr Statement personal_notifications(
    "SELECT id, kind, CAST(data AS text), created_at, cleared_at FROM notifications "
    "WHERE organization_id = $1 AND user_id = $2 AND id > $3 ORDER BY id LIMIT $4"
);
// To their address since it can have been theirs: somebody else may have had it before.
inline constexpr Statement personal_mails(
    "SELECT o.id, o.topic, o.recipient, o.status, o.created_at, o.sent_at FROM outbox o JOIN users "
    "u ON u.organization_id = o.organization_id AND u.email = o.recipient "
    "WHERE o.organization_id = $1 AND u.id = $2 AND o.created_at >= u.created_at AND o.id > $3 "
    "ORDER BY o.id LIMIT $4"
);
// Where somebody else did it, in their own name or as this person, nothing of where that one was,
// nor of what they wrote about it: only addresses are told, which are this person's.
inline constexpr Text events_head
    = "SELECT CAST(id AS text), created_at, event_type, outcome, status, session_id, actor_id, "
      "resource, resource_id, CASE WHEN ";
inline constexpr Text is_their_own
    = "COALESCE(actor_id, user_id) = user_id AND details NOT LIKE '%\"impersonatorId\":%' "
      "AND details NOT LIKE '%\"provisioner\":true%' ";
inline constexpr Statement
    personal_events(joined<
                    events_head,
                    is_their_own,
                    "THEN ip_address END, CASE WHEN ",
                    is_their_own,
                    "THEN user_agent END, email, details, CASE WHEN event_type = 'EMAIL_CHANGED' "
                    "OR ",
                    is_their_own,
                    "THEN personal END FROM audit_ledger WHERE organization_id = $1 "
                    "AND user_id = $2 AND id > COALESCE(CAST(NULLIF($3, '') AS bigint), 0) "
                    "ORDER BY id LIMIT $4">);

inline constexpr std::array personal_sections{
    PersonalSection{
        "user",
        "id email emailVerified:b mailboxProvenAt:d selfRegistered:b pendingEmail name firstName "
        "lastName profilePicture role customRoleId status twoFactorEnabled:b passwordChangedAt:d "
        "lastLoginAt:d createdAt:d updatedAt:d",
        personal_user
    },
    PersonalSection{
        "organization", "id name kind industry size createdAt:d isOwner:b", personal_organization
    },
    PersonalSection{"permissions", "permissionId cell grantedBy createdAt:d", personal_permissions},
    PersonalSection{
        "sessions",
        "id surface ipAddress userAgent deviceFingerprint deviceId deviceName country city "
        "impersonatedBy authMethods:l riskScore:i degraded:b deviceClasses:l rememberMe:b "
        "createdAt:d "
        "lastSeenAt:d expiresAt:d absoluteExpiresAt:d loggedOutAt:d revokedAt:d revokeReason",
        personal_sessions
    },
    PersonalSection{
        "refreshTokens",
        "id sessionId familyId deviceFingerprint issuedAt:d expiresAt:d isRevoked:b revokedAt:d "
        "revokeReason suspiciousReuseAt:d",
        personal_refresh_tokens
    },
    PersonalSection{
        "loginAttempts",
        "id email ipAddress successful:b throttled:b method attemptedAt:d",
        personal_attempts
    },
    PersonalSection{
        "resetRequests", "id email ipAddress throttled:b requestedAt:d", personal_resets
    },
    PersonalSection{
        "mailedLinks", "id purpose createdAt:d expiresAt:d usedAt:d requestedIp", personal_links
    },
    PersonalSection{
        "stepUps",
        "id sessionId purpose method deviceFingerprint attempts:i createdAt:d expiresAt:d "
        "satisfiedAt:d",
        personal_step_ups
    },
    PersonalSection{
        "encryptionVault",
        "userId formatVersion:i zeroKnowledge:b recoverySetAt:d createdAt:d updatedAt:d",
        personal_vault
    },
    PersonalSection{"pictures", "variant contentType bytes:i createdAt:d", personal_pictures},
    PersonalSection{
        "assignments", "id resourceType resourceId assignedBy createdAt:d", personal_assignments
    },
    PersonalSection{"createdResources", "id type createdAt:d", personal_resources},
    PersonalSection{
        "sentInvitations",
        "id role createdAt:d expiresAt:d acceptedAt:d revokedAt:d",
        personal_invitations
    },
    PersonalSection{
        "accessReviews",
        "id role status customRoleId customRole permissions decision reason decidedAt:d",
        personal_reviews
    },
    PersonalSection{
        "notifications", "id kind data:j createdAt:d clearedAt:d", personal_notifications
    },
    PersonalSection{"mails", "id topic recipient status createdAt:d sentAt:d", personal_mails},
    PersonalSection{
        "events",
        "id createdAt:d event outcome status:i sessionId actorId resource resourceId ipAddress "
        "userAgent email details:j personal:j",
        personal_events
    },
};

} // namespace gatehouse::sql
