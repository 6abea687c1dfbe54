-- Roles of an organization's own, grants to one person, and things that people are assigned to
-- (PostgreSQL).

CREATE TABLE auth.custom_roles (
    id              text NOT NULL DEFAULT gen_random_uuid()::text,
    organization_id text NOT NULL,
    name            text NOT NULL,
    description     text,
    created_by      text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT custom_roles_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT custom_roles_id_key UNIQUE (id),
    CONSTRAINT custom_roles_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES auth.organizations (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX custom_roles_name
    ON auth.custom_roles (organization_id, lower(name COLLATE "C"));

CREATE TABLE auth.custom_role_permissions (
    organization_id text NOT NULL,
    role_id         text NOT NULL,
    permission_id   text NOT NULL,
    cell            text NOT NULL DEFAULT '1',
    CONSTRAINT custom_role_permissions_pkey
        PRIMARY KEY (organization_id, role_id, permission_id),
    CONSTRAINT custom_role_permissions_cell_check CHECK (cell IN ('1', 'a', 's')),
    CONSTRAINT custom_role_permissions_role_fkey FOREIGN KEY (organization_id, role_id)
        REFERENCES auth.custom_roles (organization_id, id) ON DELETE CASCADE
);

CREATE TABLE auth.user_permissions (
    organization_id text NOT NULL,
    user_id         text NOT NULL,
    permission_id   text NOT NULL,
    cell            text NOT NULL DEFAULT '1',
    granted_by      text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_permissions_pkey PRIMARY KEY (organization_id, user_id, permission_id),
    CONSTRAINT user_permissions_cell_check CHECK (cell IN ('1', 'a', 's')),
    CONSTRAINT user_permissions_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES auth.users (organization_id, id) ON DELETE CASCADE
);

-- Who holds a role: nobody any more once it is gone.
UPDATE auth.users SET custom_role_id = NULL WHERE custom_role_id IS NOT NULL;
ALTER TABLE auth.users ADD CONSTRAINT users_custom_role_fkey
    FOREIGN KEY (organization_id, custom_role_id)
    REFERENCES auth.custom_roles (organization_id, id) ON DELETE SET NULL (custom_role_id);
CREATE INDEX users_custom_role_idx
    ON auth.users (organization_id, custom_role_id) WHERE custom_role_id IS NOT NULL;

CREATE TABLE auth.resources (
    id              text NOT NULL DEFAULT gen_random_uuid()::text,
    organization_id text NOT NULL,
    type            text NOT NULL,
    name            text NOT NULL,
    data            jsonb NOT NULL DEFAULT '{}',
    created_by      text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT resources_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT resources_id_key UNIQUE (id),
    CONSTRAINT resources_of_type_key UNIQUE (organization_id, type, id),
    CONSTRAINT resources_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES auth.organizations (id) ON DELETE CASCADE
);
CREATE INDEX resources_name_idx ON auth.resources (organization_id, type, name);
CREATE INDEX resources_created_idx ON auth.resources (organization_id, type, created_at, id);

CREATE TABLE auth.assignments (
    id              text NOT NULL DEFAULT gen_random_uuid()::text,
    organization_id text NOT NULL,
    resource_type   text NOT NULL,
    resource_id     text NOT NULL,
    user_id         text NOT NULL,
    assigned_by     text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT assignments_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT assignments_id_key UNIQUE (id),
    CONSTRAINT assignments_once UNIQUE (organization_id, resource_id, user_id),
    CONSTRAINT assignments_resource_fkey FOREIGN KEY (organization_id, resource_type, resource_id)
        REFERENCES auth.resources (organization_id, type, id) ON DELETE CASCADE,
    CONSTRAINT assignments_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES auth.users (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX assignments_user_idx
    ON auth.assignments (organization_id, user_id, resource_type, resource_id);
