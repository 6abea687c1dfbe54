-- Invitations, pictures, counted tries of a second factor, and what lists are read by (PostgreSQL).

CREATE TABLE auth.invitations (
    id              text NOT NULL DEFAULT gen_random_uuid()::text,
    organization_id text NOT NULL,
    email           text NOT NULL,
    role            auth.user_role NOT NULL,
    token_hash      text NOT NULL,
    invited_by      text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    accepted_at     timestamptz,
    revoked_at      timestamptz,
    CONSTRAINT invitations_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT invitations_token_hash_unique UNIQUE (token_hash),
    CONSTRAINT invitations_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES auth.organizations (id) ON DELETE CASCADE
);
CREATE INDEX invitations_created_idx ON auth.invitations (organization_id, created_at);
CREATE INDEX invitations_expires_idx ON auth.invitations (expires_at);

CREATE TABLE auth.user_pictures (
    organization_id text NOT NULL,
    user_id         text NOT NULL,
    variant         text NOT NULL,
    content_type    text NOT NULL,
    bytes           bytea NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_pictures_pkey PRIMARY KEY (organization_id, user_id, variant),
    CONSTRAINT user_pictures_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES auth.users (organization_id, id) ON DELETE CASCADE
);

-- A tempToken takes five tries.
ALTER TABLE auth.one_time_tokens ADD COLUMN attempts integer NOT NULL DEFAULT 0;

-- The live people of one organization in the order in which a list shows them.
CREATE INDEX users_live_created_idx
    ON auth.users (organization_id, created_at, id) WHERE deleted_at IS NULL;
