-- The one-time link that makes the first organization: the last one printed, and no other
-- (PostgreSQL; docs/decisions/0028).
CREATE TABLE auth.first_link (
    id         integer NOT NULL DEFAULT 1,
    token_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    CONSTRAINT first_link_pkey PRIMARY KEY (id),
    CONSTRAINT first_link_only_one CHECK (id = 1)
);
