-- Roles of an organization's own, grants to one person, and things that people are assigned to
-- (SQLite).

CREATE TABLE custom_roles (
    id              TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),
    organization_id TEXT NOT NULL,
    name            TEXT NOT NULL,
    description     TEXT,
    created_by      TEXT,
    created_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    updated_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (updated_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT custom_roles_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT custom_roles_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES organizations (id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX custom_roles_id_key ON custom_roles (id);
CREATE UNIQUE INDEX custom_roles_name
    ON custom_roles (organization_id, lower(name));

CREATE TABLE custom_role_permissions (
    organization_id TEXT NOT NULL,
    role_id         TEXT NOT NULL,
    permission_id   TEXT NOT NULL,
    cell            TEXT NOT NULL DEFAULT '1',
    CONSTRAINT custom_role_permissions_pkey
        PRIMARY KEY (organization_id, role_id, permission_id),
    CONSTRAINT custom_role_permissions_cell_check CHECK (cell IN ('1', 'a', 's')),
    CONSTRAINT custom_role_permissions_role_fkey FOREIGN KEY (organization_id, role_id)
        REFERENCES custom_roles (organization_id, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE user_permissions (
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    permission_id   TEXT NOT NULL,
    cell            TEXT NOT NULL DEFAULT '1',
    granted_by      TEXT,
    created_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT user_permissions_pkey PRIMARY KEY (organization_id, user_id, permission_id),
    CONSTRAINT user_permissions_cell_check CHECK (cell IN ('1', 'a', 's')),
    CONSTRAINT user_permissions_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES users (organization_id, id) ON DELETE CASCADE
) STRICT;

-- Who holds a role: nobody any more once it is gone.
UPDATE users SET custom_role_id = NULL WHERE custom_role_id IS NOT NULL;
CREATE TRIGGER custom_roles_leave AFTER DELETE ON custom_roles
BEGIN
    UPDATE users SET custom_role_id = NULL
    WHERE organization_id = old.organization_id AND custom_role_id = old.id;
END;
CREATE INDEX users_custom_role_idx
    ON users (organization_id, custom_role_id) WHERE custom_role_id IS NOT NULL;

CREATE TABLE resources (
    id              TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),
    organization_id TEXT NOT NULL,
    type            TEXT NOT NULL,
    name            TEXT NOT NULL,
    data            TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(data)),
    created_by      TEXT,
    created_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    updated_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (updated_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT resources_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT resources_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES organizations (id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX resources_of_type_key ON resources (organization_id, type, id);
CREATE UNIQUE INDEX resources_id_key ON resources (id);
CREATE INDEX resources_name_idx ON resources (organization_id, type, name);
CREATE INDEX resources_created_idx ON resources (organization_id, type, created_at, id);

CREATE TABLE assignments (
    id              TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),
    organization_id TEXT NOT NULL,
    resource_type   TEXT NOT NULL,
    resource_id     TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    assigned_by     TEXT,
    created_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT assignments_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT assignments_resource_fkey FOREIGN KEY (organization_id, resource_type, resource_id)
        REFERENCES resources (organization_id, type, id) ON DELETE CASCADE,
    CONSTRAINT assignments_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES users (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX assignments_once ON assignments (organization_id, resource_id, user_id);
CREATE UNIQUE INDEX assignments_id_key ON assignments (id);
CREATE INDEX assignments_user_idx
    ON assignments (organization_id, user_id, resource_type, resource_id);
