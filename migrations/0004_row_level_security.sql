-- The second wall between tenants: the server's role sees the rows of the organization that each
-- statement names, all of them for '*', and none where nothing is named (PostgreSQL). Enabled and
-- not forced: the tables' owner, hence psql and foreign keys, sees everything.

-- Conditions on lower(email) may not reach an index through a policy (lower is not leakproof, and
-- only a superuser may say otherwise); equality with a column may.
ALTER TABLE auth.users ADD COLUMN email_canonical text
    COLLATE "C" GENERATED ALWAYS AS (lower(email COLLATE "C")) STORED;
CREATE INDEX users_email_canonical_live_idx
    ON auth.users (email_canonical) WHERE deleted_at IS NULL;

-- CASE, since the planner takes it for half of the rows. Of a plain equality beside the one that
-- statements have themselves it believes that each leaves a few of the other's, and sorts lists
-- that an index has in order.
ALTER TABLE auth.organizations ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.organizations
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE id = nullif(current_setting('app.organization_id', true), '') END);

ALTER TABLE auth.users ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.users
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

ALTER TABLE auth.sessions ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.sessions
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

ALTER TABLE auth.refresh_tokens ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.refresh_tokens
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

ALTER TABLE auth.one_time_tokens ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.one_time_tokens
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

ALTER TABLE auth.step_up_challenges ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.step_up_challenges
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

ALTER TABLE auth.outbox ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.outbox
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

ALTER TABLE auth.audit_ledger ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.audit_ledger
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

ALTER TABLE auth.invitations ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.invitations
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

ALTER TABLE auth.user_pictures ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.user_pictures
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

ALTER TABLE auth.custom_roles ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.custom_roles
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

ALTER TABLE auth.custom_role_permissions ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.custom_role_permissions
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

ALTER TABLE auth.user_permissions ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.user_permissions
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

ALTER TABLE auth.resources ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.resources
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

ALTER TABLE auth.assignments ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.assignments
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

-- A vault opens to its person alone: '*' without a person opens none.
ALTER TABLE auth.encryption_vaults ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.encryption_vaults
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')
        AND CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')
        AND CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);
