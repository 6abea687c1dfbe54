-- Links that say "this was not me", sessions in which somebody acts as somebody else, and the ends of
-- what is kept for a while (SQLite, which changes no constraint of a table that is there).
CREATE TABLE one_time_tokens_wider (
    id              TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    purpose         TEXT NOT NULL,
    token_hash      TEXT NOT NULL,
    payload         TEXT CHECK (payload IS NULL OR json_valid(payload)),
    created_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    expires_at      TEXT NOT NULL CHECK (expires_at LIKE '____-__-__T__:__:__.___Z'),
    used_at         TEXT CHECK (used_at LIKE '____-__-__T__:__:__.___Z'),
    requested_ip    TEXT,
    attempts        INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT one_time_tokens_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT one_time_tokens_purpose_check CHECK (purpose IN ('verify_email', 'change_email',
        'reset_password', 'temp_2fa', 'magic_link', 'deny_sign_in')),
    CONSTRAINT one_time_tokens_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES users (organization_id, id) ON DELETE CASCADE
) STRICT;
INSERT INTO one_time_tokens_wider (id, organization_id, user_id, purpose, token_hash, payload,
        created_at, expires_at, used_at, requested_ip, attempts)
    SELECT id, organization_id, user_id, purpose, token_hash, payload, created_at, expires_at,
        used_at, requested_ip, attempts FROM one_time_tokens;
DROP TABLE one_time_tokens;
ALTER TABLE one_time_tokens_wider RENAME TO one_time_tokens;
CREATE UNIQUE INDEX one_time_tokens_token_hash_unique ON one_time_tokens (token_hash);
CREATE INDEX one_time_tokens_user_idx ON one_time_tokens (organization_id, user_id, purpose);
CREATE INDEX one_time_tokens_expires_idx ON one_time_tokens (expires_at);

CREATE INDEX notifications_created_idx ON notifications (created_at);
CREATE INDEX notifications_cleared_idx ON notifications (cleared_at) WHERE cleared_at IS NOT NULL;

-- Whose session it is in truth, from which of their own it lives, and why.
ALTER TABLE sessions ADD COLUMN impersonated_by TEXT;
ALTER TABLE sessions ADD COLUMN impersonated_from TEXT;
ALTER TABLE sessions ADD COLUMN impersonation_reason TEXT
    CHECK ((impersonated_by IS NULL) = (impersonated_from IS NULL)
        AND (impersonated_by IS NULL OR impersonated_by <> user_id));
CREATE INDEX sessions_impersonated_from_idx ON sessions (organization_id, impersonated_from)
    WHERE impersonated_from IS NOT NULL;
