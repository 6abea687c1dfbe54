-- What reports hold once they are written (PostgreSQL). They go with their resource.

CREATE TABLE auth.report_files (
    organization_id text NOT NULL,
    report_id       text NOT NULL,
    content_type    text NOT NULL,
    bytes           bytea NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT report_files_pkey PRIMARY KEY (organization_id, report_id),
    CONSTRAINT report_files_resource_fkey FOREIGN KEY (organization_id, report_id)
        REFERENCES auth.resources (organization_id, id) ON DELETE CASCADE
);

ALTER TABLE auth.report_files ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.report_files
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);
