-- How long an organization keeps what has ended, whom a legal hold keeps, who is being erased, and up
-- to where the ledger was pruned (PostgreSQL).

-- Days; null: as everywhere, and of the ledger without end.
CREATE TABLE auth.retention_settings (
    organization_id text NOT NULL,
    attempt_days    integer,
    session_days    integer,
    token_days      integer,
    mail_days       integer,
    ledger_days     integer,
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT retention_settings_pkey PRIMARY KEY (organization_id),
    CONSTRAINT retention_settings_days_check CHECK (least(attempt_days, session_days, token_days,
        mail_days, ledger_days) > 0),
    CONSTRAINT retention_settings_organization_fkey FOREIGN KEY (organization_id)
        REFERENCES auth.organizations (id) ON DELETE CASCADE
);

-- user_id '': the whole organization. No key to users: a hold outlives the row it is about.
CREATE TABLE auth.legal_holds (
    organization_id text NOT NULL,
    user_id         text NOT NULL DEFAULT '',
    reason          text NOT NULL,
    set_by          text,
    set_at          timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT legal_holds_pkey PRIMARY KEY (organization_id, user_id),
    CONSTRAINT legal_holds_organization_fkey FOREIGN KEY (organization_id)
        REFERENCES auth.organizations (id) ON DELETE CASCADE
);

-- Who is to be erased, and how far that is. It outlives the person and the organization: what the
-- ledger holds of them goes last. The row goes with the last of it.
CREATE TABLE auth.audit_erasures (
    organization_id text NOT NULL,
    user_id         text NOT NULL,
    cause           text NOT NULL,
    address         text,
    requested_at    timestamptz NOT NULL DEFAULT now(),
    due_at          timestamptz NOT NULL,
    ended_at        timestamptz,
    started_at      timestamptz,
    CONSTRAINT audit_erasures_pkey PRIMARY KEY (organization_id, user_id),
    CONSTRAINT audit_erasures_cause_check CHECK (cause IN ('requested', 'deleted'))
);
CREATE INDEX audit_erasures_due_idx ON auth.audit_erasures (due_at);
CREATE INDEX audit_erasures_user_idx ON auth.audit_erasures (user_id);

-- The signed stub that stands for the rows up to chain_seq.
CREATE TABLE auth.audit_prunings (
    organization_id text NOT NULL,
    chain_seq       bigint NOT NULL,
    head_hash       bytea NOT NULL,
    kid             text NOT NULL,
    signature       bytea NOT NULL,
    created_at      timestamptz NOT NULL,
    CONSTRAINT audit_prunings_pkey PRIMARY KEY (organization_id, chain_seq),
    CONSTRAINT audit_prunings_hash_check CHECK (octet_length(head_hash) = 32)
);

ALTER TABLE auth.retention_settings ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.retention_settings
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

ALTER TABLE auth.legal_holds ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.legal_holds
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

ALTER TABLE auth.audit_erasures ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.audit_erasures
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

ALTER TABLE auth.audit_prunings ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.audit_prunings
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

-- What the sweeps look for.
CREATE INDEX users_deleted_idx ON auth.users (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX outbox_ended_idx ON auth.outbox (next_attempt_at)
    WHERE status IN ('sent', 'failed', 'cancelled');
-- What erasing looks for beside audit_ledger_user_idx: deeds about others, and tries that belong to
-- nobody but name an address.
CREATE INDEX audit_ledger_deeds_idx ON auth.audit_ledger (actor_id)
    WHERE actor_id IS DISTINCT FROM user_id AND pii_salt IS NOT NULL;
CREATE INDEX audit_ledger_strangers_idx ON auth.audit_ledger (email)
    WHERE organization_id = 'system' AND user_id IS NULL AND email IS NOT NULL;

-- Whoever is deleted, by whatever way, is erased thirty days later.
CREATE FUNCTION auth.erase_later() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = auth, pg_temp AS $$
BEGIN
    INSERT INTO auth.audit_erasures (organization_id, user_id, cause, address, due_at)
        VALUES (OLD.organization_id, OLD.id, 'deleted', lower(OLD.email COLLATE "C"),
            now() + interval '30 days')
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION auth.erase_later() FROM PUBLIC;
CREATE TRIGGER users_erased_later AFTER DELETE ON auth.users
    FOR EACH ROW EXECUTE FUNCTION auth.erase_later();

-- The two maintenance functions below are let through, and nobody else.
CREATE FUNCTION auth.audit_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'audit_ledger'
        AND current_setting('gatehouse.maintenance', true) = 'erasing' THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'DELETE' AND current_setting('gatehouse.maintenance', true) = 'pruning' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'the audit ledger is append-only: % on % is refused', TG_OP, TG_TABLE_NAME;
END
$$;
DROP TRIGGER audit_ledger_append_only ON auth.audit_ledger;
CREATE TRIGGER audit_ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON auth.audit_ledger
    FOR EACH STATEMENT EXECUTE FUNCTION auth.audit_kept();
DROP TRIGGER audit_seals_append_only ON auth.audit_seals;
CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON auth.audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION auth.audit_kept();
DROP TRIGGER audit_checkpoints_append_only ON auth.audit_checkpoints;
CREATE TRIGGER audit_checkpoints_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON auth.audit_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION auth.audit_kept();
CREATE TRIGGER audit_prunings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON auth.audit_prunings
    FOR EACH STATEMENT EXECUTE FUNCTION auth.audit_kept();

-- Erasing takes the five erasable columns and touches nothing else.
CREATE FUNCTION auth.audit_erased_alone() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    erasable CONSTANT text[] := '{ip_address,user_agent,email,personal,pii_salt}';
BEGIN
    IF num_nonnulls(NEW.ip_address, NEW.user_agent, NEW.email, NEW.personal, NEW.pii_salt) = 0
        AND to_jsonb(NEW) - erasable = to_jsonb(OLD) - erasable THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit ledger is append-only: UPDATE on audit_ledger is refused';
END
$$;
CREATE TRIGGER audit_ledger_erased_alone BEFORE UPDATE ON auth.audit_ledger
    FOR EACH ROW EXECUTE FUNCTION auth.audit_erased_alone();

-- Takes what the ledger holds of a person whose erasure has begun, some rows at a time; rows that
-- tell of somebody under a legal hold, too, stay until it is lifted. Ids of what was taken.
CREATE FUNCTION auth.erase_ledger(person text, mailbox text, most bigint) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = auth, pg_temp AS $$
DECLARE
    erased record;
BEGIN
    SELECT e.organization_id, e.address INTO erased FROM auth.audit_erasures e
        WHERE e.user_id = person AND e.address IS NOT DISTINCT FROM mailbox
            AND e.started_at IS NOT NULL
            AND current_setting('app.organization_id', true) IN ('*', e.organization_id);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the audit ledger is append-only: nobody of that id is being erased';
    END IF;
    PERFORM set_config('gatehouse.maintenance', 'erasing', true);
    RETURN QUERY UPDATE auth.audit_ledger l
        SET ip_address = NULL, user_agent = NULL, email = NULL, personal = NULL, pii_salt = NULL
        FROM (
            SELECT f.organization_id, f.id FROM (
                SELECT a.organization_id, a.id, a.user_id, a.actor_id FROM auth.audit_ledger a
                    WHERE a.user_id = person AND a.pii_salt IS NOT NULL
                UNION ALL
                SELECT a.organization_id, a.id, a.user_id, a.actor_id FROM auth.audit_ledger a
                    WHERE a.actor_id = person AND a.actor_id IS DISTINCT FROM a.user_id
                        AND a.pii_salt IS NOT NULL
                UNION ALL
                SELECT a.organization_id, a.id, a.user_id, a.actor_id FROM auth.audit_ledger a
                    WHERE a.organization_id = 'system' AND a.user_id IS NULL
                        AND a.email IS NOT NULL AND a.email = erased.address
                        AND a.actor_id IS DISTINCT FROM person AND NOT EXISTS (
                            SELECT 1 FROM auth.users u WHERE u.email_canonical = erased.address
                                AND u.id <> person AND u.deleted_at IS NULL)
            ) AS f
            WHERE NOT EXISTS (SELECT 1 FROM auth.legal_holds h
                WHERE h.organization_id = f.organization_id
                    AND (h.user_id = f.user_id OR h.user_id = f.actor_id))
            LIMIT most
        ) AS c
        WHERE l.organization_id = c.organization_id AND l.id = c.id
        RETURNING l.id;
    PERFORM set_config('gatehouse.maintenance', '', true);
END
$$;
REVOKE EXECUTE ON FUNCTION auth.erase_ledger(text, text, bigint) FROM PUBLIC;

-- Takes the rows of a chain up to `upto`, with their seals and checkpoints: only what a stub stands
-- for. Older stubs are said anew by the newest.
CREATE FUNCTION auth.prune_ledger(chain text, upto bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = auth, pg_temp AS $$
DECLARE
    stub bigint;
BEGIN
    SELECT max(p.chain_seq) INTO stub FROM auth.audit_prunings p WHERE p.organization_id = chain;
    IF stub IS NULL OR stub < upto
        OR coalesce(current_setting('app.organization_id', true), '') NOT IN ('*', chain) THEN
        RAISE EXCEPTION 'the audit ledger is append-only: no stub stands for these rows';
    END IF;
    PERFORM set_config('gatehouse.maintenance', 'pruning', true);
    DELETE FROM auth.audit_ledger l USING auth.audit_seals s
        WHERE s.organization_id = chain AND s.chain_seq <= upto
            AND l.organization_id = chain AND l.id = s.ledger_id;
    DELETE FROM auth.audit_seals s WHERE s.organization_id = chain AND s.chain_seq <= upto;
    DELETE FROM auth.audit_checkpoints c WHERE c.organization_id = chain AND c.chain_seq <= upto;
    DELETE FROM auth.audit_prunings p WHERE p.organization_id = chain AND p.chain_seq < stub;
    PERFORM set_config('gatehouse.maintenance', '', true);
END
$$;
REVOKE EXECUTE ON FUNCTION auth.prune_ledger(text, bigint) FROM PUBLIC;
