-- Who acts as a person is not that person: their score leaves those sessions out, and whoever reads
-- this view sees whose they are (PostgreSQL).
CREATE OR REPLACE VIEW auth.user_sessions WITH (security_invoker = true) AS
SELECT s.id, s.organization_id AS tenant_id, s.user_id, s.user_id AS staff_id, s.session_version,
    s.ip_address, s.country, s.city, s.user_agent, s.device_fingerprint,
    (s.logged_out_at IS NULL AND s.revoked_at IS NULL
        AND s.expires_at > now() AND s.absolute_expires_at > now()
        AND EXISTS (SELECT 1 FROM auth.users u
            WHERE u.organization_id = s.organization_id AND u.id = s.user_id
                AND u.session_version = s.session_version
                AND u.status = 'active' AND u.deleted_at IS NULL)) AS is_current,
    s.last_seen_at, s.revoked_at, s.revoke_reason, s.revoked_by, s.logged_out_at, s.expires_at,
    s.created_at, s.impersonated_by
FROM auth.sessions s;
