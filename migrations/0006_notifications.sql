-- What people are told in the product, and the indexes that lists of assignments begin at (PostgreSQL).

CREATE TABLE auth.notifications (
    id              text NOT NULL DEFAULT gen_random_uuid()::text,
    organization_id text NOT NULL,
    user_id         text NOT NULL,
    kind            text NOT NULL,
    data            jsonb NOT NULL DEFAULT '{}',
    created_at      timestamptz NOT NULL DEFAULT now(),
    cleared_at      timestamptz,
    CONSTRAINT notifications_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT notifications_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES auth.users (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX notifications_open_idx
    ON auth.notifications (organization_id, user_id, created_at, id) WHERE cleared_at IS NULL;
CREATE INDEX notifications_user_idx ON auth.notifications (organization_id, user_id);

ALTER TABLE auth.notifications ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.notifications
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

CREATE INDEX assignments_created_idx ON auth.assignments (organization_id, created_at, id);

-- A file is read piece by piece: compressed it would be unpacked from its beginning for each.
ALTER TABLE auth.report_files ALTER COLUMN bytes SET STORAGE EXTERNAL;
