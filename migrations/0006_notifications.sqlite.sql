-- What people are told in the product, and the indexes that lists of assignments begin at (SQLite).

CREATE TABLE notifications (
    id              TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    kind            TEXT NOT NULL,
    data            TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(data)),
    created_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    cleared_at      TEXT CHECK (cleared_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT notifications_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT notifications_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES users (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX notifications_open_idx
    ON notifications (organization_id, user_id, created_at, id) WHERE cleared_at IS NULL;
CREATE INDEX notifications_user_idx ON notifications (organization_id, user_id);

CREATE INDEX assignments_created_idx ON assignments (organization_id, created_at, id);
