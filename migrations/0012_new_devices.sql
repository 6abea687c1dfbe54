-- Links that say "this was not me", sessions in which somebody acts as somebody else, and the ends of
-- what is kept for a while (PostgreSQL).
ALTER TABLE auth.one_time_tokens DROP CONSTRAINT one_time_tokens_purpose_check;
ALTER TABLE auth.one_time_tokens ADD CONSTRAINT one_time_tokens_purpose_check CHECK (purpose IN (
    'verify_email', 'change_email', 'reset_password', 'temp_2fa', 'magic_link', 'deny_sign_in'));

CREATE INDEX notifications_created_idx ON auth.notifications (created_at);
CREATE INDEX notifications_cleared_idx
    ON auth.notifications (cleared_at) WHERE cleared_at IS NOT NULL;

-- Whose session it is in truth, from which of their own it lives, and why.
ALTER TABLE auth.sessions
    ADD COLUMN impersonated_by text,
    ADD COLUMN impersonated_from text,
    ADD COLUMN impersonation_reason text,
    ADD CONSTRAINT sessions_impersonation_check CHECK (
        (impersonated_by IS NULL) = (impersonated_from IS NULL)
        AND (impersonated_by IS NULL OR impersonated_by <> user_id));
CREATE INDEX sessions_impersonated_from_idx ON auth.sessions (organization_id, impersonated_from)
    WHERE impersonated_from IS NOT NULL;

CREATE OR REPLACE FUNCTION auth.tell_sessions_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM auth.tell_changed('sessions', array_agg(c.organization_id), array_agg(c.id)) FROM (
        WITH earlier AS (
            SELECT id, organization_id, user_id, session_version, surface, expires_at,
                absolute_expires_at, logged_out_at, revoked_at, remember_me, device_classes,
                country, city, impersonated_by, impersonated_from
            FROM gone
        ), later AS (
            SELECT id, organization_id, user_id, session_version, surface, expires_at,
                absolute_expires_at, logged_out_at, revoked_at, remember_me, device_classes,
                country, city, impersonated_by, impersonated_from
            FROM come
        )
        SELECT organization_id, id FROM (
            (TABLE earlier EXCEPT TABLE later) UNION ALL (TABLE later EXCEPT TABLE earlier)
        ) AS other GROUP BY organization_id, id
    ) AS c;
    RETURN NULL;
END $$;
