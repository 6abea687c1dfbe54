-- The one-time link that makes the first organization: the last one printed, and no other
-- (SQLite; docs/decisions/0028).
CREATE TABLE first_link (
    id         INTEGER NOT NULL DEFAULT 1,
    token_hash TEXT NOT NULL,
    created_at TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    expires_at TEXT NOT NULL CHECK (expires_at LIKE '____-__-__T__:__:__.___Z'),
    used_at    TEXT CHECK (used_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT first_link_pkey PRIMARY KEY (id),
    CONSTRAINT first_link_only_one CHECK (id = 1)
) STRICT;
