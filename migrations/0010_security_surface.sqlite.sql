-- What organizations ask of everybody who acts in them, and how their sessions are listed (SQLite).
-- The policy is organizations.settings -> 'security'.

CREATE TABLE ip_rules (
    id              TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),
    organization_id TEXT NOT NULL,
    action          TEXT NOT NULL,
    network         TEXT NOT NULL,
    note            TEXT,
    enabled         INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    created_by      TEXT,
    created_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    updated_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (updated_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT ip_rules_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT ip_rules_id_key UNIQUE (id),
    CONSTRAINT ip_rules_network_key UNIQUE (organization_id, network),
    CONSTRAINT ip_rules_action_check CHECK (action IN ('allow', 'deny')),
    CONSTRAINT ip_rules_organization_fkey FOREIGN KEY (organization_id)
        REFERENCES organizations (id) ON DELETE CASCADE
) STRICT;

-- Lists of an organization's sessions come in this order.
CREATE INDEX sessions_organization_created_idx ON sessions (organization_id, created_at, id);
