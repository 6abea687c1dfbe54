-- Who acts as a person is not that person: their score leaves those sessions out, and whoever reads
-- this view sees whose they are (SQLite).
DROP VIEW IF EXISTS user_sessions;
CREATE VIEW user_sessions AS
SELECT s.id, s.organization_id AS tenant_id, s.user_id, s.user_id AS staff_id, s.session_version,
    s.ip_address, s.country, s.city, s.user_agent, s.device_fingerprint,
    (s.logged_out_at IS NULL AND s.revoked_at IS NULL
        AND s.expires_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
        AND s.absolute_expires_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
        AND EXISTS (SELECT 1 FROM users u
            WHERE u.organization_id = s.organization_id AND u.id = s.user_id
                AND u.session_version = s.session_version
                AND u.status = 'active' AND u.deleted_at IS NULL)) AS is_current,
    s.last_seen_at, s.revoked_at, s.revoke_reason, s.revoked_by, s.logged_out_at, s.expires_at,
    s.created_at, s.impersonated_by
FROM sessions s;
CREATE TRIGGER user_sessions_delete INSTEAD OF DELETE ON user_sessions
BEGIN
    DELETE FROM sessions WHERE organization_id = OLD.tenant_id AND id = OLD.id;
END;
CREATE TRIGGER user_sessions_update INSTEAD OF UPDATE ON user_sessions
BEGIN
    UPDATE sessions SET
        id = NEW.id, organization_id = NEW.tenant_id,
        user_id = CASE WHEN NEW.staff_id IS NOT OLD.staff_id THEN NEW.staff_id ELSE NEW.user_id END,
        session_version = NEW.session_version, ip_address = NEW.ip_address, country = NEW.country,
        city = NEW.city, user_agent = NEW.user_agent, device_fingerprint = NEW.device_fingerprint,
        last_seen_at = NEW.last_seen_at, revoked_at = NEW.revoked_at,
        revoke_reason = NEW.revoke_reason, revoked_by = NEW.revoked_by,
        logged_out_at = NEW.logged_out_at, expires_at = NEW.expires_at, created_at = NEW.created_at
    WHERE organization_id = OLD.tenant_id AND id = OLD.id;
END;
CREATE TRIGGER user_sessions_insert INSTEAD OF INSERT ON user_sessions
BEGIN
    INSERT INTO sessions (id, organization_id, user_id, session_version, ip_address, country, city,
        user_agent, device_fingerprint, last_seen_at, revoked_at, revoke_reason, revoked_by,
        logged_out_at, expires_at, created_at)
    VALUES (coalesce(NEW.id, lower(hex(randomblob(16)))), NEW.tenant_id,
        coalesce(NEW.user_id, NEW.staff_id), coalesce(NEW.session_version, 1), NEW.ip_address,
        NEW.country, NEW.city, NEW.user_agent, NEW.device_fingerprint,
        coalesce(NEW.last_seen_at, strftime('%Y-%m-%dT%H:%M:%fZ', 'now')), NEW.revoked_at,
        NEW.revoke_reason, NEW.revoked_by, NEW.logged_out_at,
        coalesce(NEW.expires_at, strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+7 days')),
        coalesce(NEW.created_at, strftime('%Y-%m-%dT%H:%M:%fZ', 'now')));
END;
