-- What organizations ask of everybody who acts in them, and how their sessions are listed
-- (PostgreSQL). The policy is organizations.settings -> 'security'.

CREATE TABLE auth.ip_rules (
    id              text NOT NULL DEFAULT gen_random_uuid()::text,
    organization_id text NOT NULL,
    action          text NOT NULL,
    network         text NOT NULL,
    note            text,
    enabled         boolean NOT NULL DEFAULT true,
    created_by      text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ip_rules_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT ip_rules_id_key UNIQUE (id),
    CONSTRAINT ip_rules_network_key UNIQUE (organization_id, network),
    CONSTRAINT ip_rules_action_check CHECK (action IN ('allow', 'deny')),
    -- What cannot be read lets nobody in.
    CONSTRAINT ip_rules_network_check CHECK (network::inet IS NOT NULL),
    CONSTRAINT ip_rules_organization_fkey FOREIGN KEY (organization_id)
        REFERENCES auth.organizations (id) ON DELETE CASCADE
);

ALTER TABLE auth.ip_rules ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.ip_rules
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

-- ip_rules: A new row changes who is let in, as a lost one does.
CREATE FUNCTION auth.tell_ip_rules_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM auth.tell_changed('ip_rules', array_agg(c.organization_id), array_agg(c.id)) FROM (
        WITH earlier AS (
            SELECT id, organization_id, action, network, enabled
            FROM gone
        ), later AS (
            SELECT id, organization_id, action, network, enabled
            FROM come
        )
        SELECT organization_id, id FROM (
            (TABLE earlier EXCEPT TABLE later) UNION ALL (TABLE later EXCEPT TABLE earlier)
        ) AS other GROUP BY organization_id, id
    ) AS c;
    RETURN NULL;
END $$;
CREATE FUNCTION auth.tell_ip_rules_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM auth.tell_changed('ip_rules', array_agg(c.organization_id), array_agg(c.id))
        FROM (SELECT DISTINCT organization_id, id FROM gone) AS c;
    RETURN NULL;
END $$;
CREATE TRIGGER ip_rules_updated_told AFTER UPDATE ON auth.ip_rules
    REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_ip_rules_updated();
CREATE TRIGGER ip_rules_deleted_told AFTER DELETE ON auth.ip_rules
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_ip_rules_deleted();
CREATE TRIGGER ip_rules_truncated_told AFTER TRUNCATE ON auth.ip_rules
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_all();
CREATE TRIGGER ip_rules_inserted_told AFTER INSERT ON auth.ip_rules
    REFERENCING NEW TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_ip_rules_deleted();

-- organizations: Only the policy.
CREATE FUNCTION auth.tell_organizations_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM auth.tell_changed('organizations', array_agg(c.id), array_agg(c.id)) FROM (
        WITH earlier AS (
            SELECT id, settings -> 'security' AS security
            FROM gone
        ), later AS (
            SELECT id, settings -> 'security' AS security
            FROM come
        )
        SELECT id FROM (
            (TABLE earlier EXCEPT TABLE later) UNION ALL (TABLE later EXCEPT TABLE earlier)
        ) AS other GROUP BY id
    ) AS c;
    RETURN NULL;
END $$;
CREATE TRIGGER organizations_updated_told AFTER UPDATE ON auth.organizations
    REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_organizations_updated();

-- Lists of an organization's sessions come in this order.
CREATE INDEX sessions_organization_created_idx
    ON auth.sessions (organization_id, created_at, id);
