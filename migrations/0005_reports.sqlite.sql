-- What reports hold once they are written (SQLite). They go with their resource.

CREATE TABLE report_files (
    organization_id TEXT NOT NULL,
    report_id       TEXT NOT NULL,
    content_type    TEXT NOT NULL,
    bytes           BLOB NOT NULL,
    created_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT report_files_pkey PRIMARY KEY (organization_id, report_id),
    CONSTRAINT report_files_resource_fkey FOREIGN KEY (organization_id, report_id)
        REFERENCES resources (organization_id, id) ON DELETE CASCADE
) STRICT;
