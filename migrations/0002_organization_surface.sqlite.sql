-- Invitations, pictures, counted tries of a second factor, and what lists are read by (SQLite).

CREATE TABLE invitations (
    id              TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),
    organization_id TEXT NOT NULL,
    email           TEXT NOT NULL,
    role            TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'manager', 'staff')),
    token_hash      TEXT NOT NULL,
    invited_by      TEXT,
    created_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    expires_at      TEXT NOT NULL CHECK (expires_at LIKE '____-__-__T__:__:__.___Z'),
    accepted_at     TEXT CHECK (accepted_at LIKE '____-__-__T__:__:__.___Z'),
    revoked_at      TEXT CHECK (revoked_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT invitations_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT invitations_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES organizations (id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX invitations_token_hash_unique ON invitations (token_hash);
CREATE INDEX invitations_created_idx ON invitations (organization_id, created_at);
CREATE INDEX invitations_expires_idx ON invitations (expires_at);

CREATE TABLE user_pictures (
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    variant         TEXT NOT NULL,
    content_type    TEXT NOT NULL,
    bytes           BLOB NOT NULL,
    created_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT user_pictures_pkey PRIMARY KEY (organization_id, user_id, variant),
    CONSTRAINT user_pictures_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES users (organization_id, id) ON DELETE CASCADE
) STRICT;

-- A tempToken takes five tries.
ALTER TABLE one_time_tokens ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;

-- The live people of one organization in the order in which a list shows them.
CREATE INDEX users_live_created_idx
    ON users (organization_id, created_at, id) WHERE deleted_at IS NULL;
