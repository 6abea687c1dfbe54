-- The ledger's chain: which rows wait for it, where each stands in it, and what was signed over it
-- (PostgreSQL; docs/ledger-format.md). Ledger rows themselves are never updated.

-- What was committed and is not sealed yet. A row comes with its ledger row, in the same
-- transaction, so that one that commits late is found like any other; ids would hide it.
CREATE TABLE auth.audit_unsealed (
    organization_id text NOT NULL,
    ledger_id       bigint NOT NULL,
    waiting_since   timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT audit_unsealed_pkey PRIMARY KEY (organization_id, ledger_id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

CREATE TABLE auth.audit_seals (
    organization_id text NOT NULL,
    chain_seq       bigint NOT NULL,
    ledger_id       bigint NOT NULL,
    prev_hash       bytea NOT NULL,
    row_hash        bytea NOT NULL,
    CONSTRAINT audit_seals_pkey PRIMARY KEY (organization_id, chain_seq),
    CONSTRAINT audit_seals_ledger_key UNIQUE (organization_id, ledger_id),
    CONSTRAINT audit_seals_hashes_check
        CHECK (octet_length(prev_hash) = 32 AND octet_length(row_hash) = 32)
);

-- first_at and last_at say which rows the batch holds, for whoever looks for a period; they are not
-- signed.
CREATE TABLE auth.audit_checkpoints (
    organization_id text NOT NULL,
    chain_seq       bigint NOT NULL,
    head_hash       bytea NOT NULL,
    batch_root      bytea NOT NULL,
    kid             text NOT NULL,
    signature       bytea NOT NULL,
    created_at      timestamptz NOT NULL,
    first_at        timestamptz NOT NULL,
    last_at         timestamptz NOT NULL,
    CONSTRAINT audit_checkpoints_pkey PRIMARY KEY (organization_id, chain_seq),
    CONSTRAINT audit_checkpoints_hashes_check
        CHECK (octet_length(head_hash) = 32 AND octet_length(batch_root) = 32)
);
CREATE INDEX audit_checkpoints_last_idx ON auth.audit_checkpoints (organization_id, last_at);

-- Checkpoints that are still to be published outside the database.
CREATE TABLE auth.audit_unpublished (
    organization_id text NOT NULL,
    chain_seq       bigint NOT NULL,
    CONSTRAINT audit_unpublished_pkey PRIMARY KEY (organization_id, chain_seq)
);

-- Keys of the checkpoints, apart from those of tokens; kid is the hash of public_key.
CREATE TABLE auth.audit_keys (
    kid            text NOT NULL,
    state          text NOT NULL,
    public_key     bytea NOT NULL,
    private_sealed bytea,
    created_at     timestamptz NOT NULL,
    CONSTRAINT audit_keys_pkey PRIMARY KEY (kid),
    CONSTRAINT audit_keys_state_check CHECK (state IN ('signing', 'retired'))
);
CREATE UNIQUE INDEX audit_keys_one_signs ON auth.audit_keys (state) WHERE state = 'signing';

ALTER TABLE auth.audit_unsealed ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.audit_unsealed
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

ALTER TABLE auth.audit_seals ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.audit_seals
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

ALTER TABLE auth.audit_checkpoints ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.audit_checkpoints
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

ALTER TABLE auth.audit_unpublished ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.audit_unpublished
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON auth.audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION auth.audit_ledger_refuse();
CREATE TRIGGER audit_checkpoints_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON auth.audit_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION auth.audit_ledger_refuse();

CREATE FUNCTION auth.audit_ledger_waits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO auth.audit_unsealed (organization_id, ledger_id) VALUES (NEW.organization_id, NEW.id);
    RETURN NULL;
END
$$;
CREATE TRIGGER audit_ledger_waits AFTER INSERT ON auth.audit_ledger
    FOR EACH ROW EXECUTE FUNCTION auth.audit_ledger_waits();
INSERT INTO auth.audit_unsealed (organization_id, ledger_id)
    SELECT organization_id, id FROM auth.audit_ledger;
