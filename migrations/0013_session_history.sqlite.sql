-- The scorer reads the last sessions of a person and counts the live ones, however many there ever
-- were: past its deadline nobody would be scored (SQLite).
CREATE INDEX sessions_of_person_idx ON sessions (organization_id, user_id, created_at, id);
CREATE INDEX sessions_live_of_person_idx ON sessions (organization_id, user_id, expires_at)
    WHERE logged_out_at IS NULL AND revoked_at IS NULL;
