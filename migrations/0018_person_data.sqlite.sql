-- How long an organization keeps what has ended, whom a legal hold keeps, who is being erased, and up
-- to where the ledger was pruned (SQLite).

-- Days; null: as everywhere, and of the ledger without end.
CREATE TABLE retention_settings (
    organization_id TEXT NOT NULL,
    attempt_days    INTEGER CHECK (attempt_days > 0),
    session_days    INTEGER CHECK (session_days > 0),
    token_days      INTEGER CHECK (token_days > 0),
    mail_days       INTEGER CHECK (mail_days > 0),
    ledger_days     INTEGER CHECK (ledger_days > 0),
    updated_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (updated_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT retention_settings_pkey PRIMARY KEY (organization_id),
    CONSTRAINT retention_settings_organization_fkey FOREIGN KEY (organization_id)
        REFERENCES organizations (id) ON DELETE CASCADE
) STRICT;

-- user_id '': the whole organization. No key to users: a hold outlives the row it is about.
CREATE TABLE legal_holds (
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL DEFAULT '',
    reason          TEXT NOT NULL,
    set_by          TEXT,
    set_at          TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (set_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT legal_holds_pkey PRIMARY KEY (organization_id, user_id),
    CONSTRAINT legal_holds_organization_fkey FOREIGN KEY (organization_id)
        REFERENCES organizations (id) ON DELETE CASCADE
) STRICT;

-- Who is to be erased, and how far that is. It outlives the person and the organization: what the
-- ledger holds of them goes last. The row goes with the last of it.
CREATE TABLE audit_erasures (
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    cause           TEXT NOT NULL,
    address         TEXT,
    requested_at    TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (requested_at LIKE '____-__-__T__:__:__.___Z'),
    due_at          TEXT NOT NULL CHECK (due_at LIKE '____-__-__T__:__:__.___Z'),
    ended_at        TEXT CHECK (ended_at LIKE '____-__-__T__:__:__.___Z'),
    started_at      TEXT CHECK (started_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT audit_erasures_pkey PRIMARY KEY (organization_id, user_id),
    CONSTRAINT audit_erasures_cause_check CHECK (cause IN ('requested', 'deleted'))
) STRICT;
CREATE INDEX audit_erasures_due_idx ON audit_erasures (due_at);
CREATE INDEX audit_erasures_user_idx ON audit_erasures (user_id);

-- The signed stub that stands for the rows up to chain_seq.
CREATE TABLE audit_prunings (
    organization_id TEXT NOT NULL,
    chain_seq       INTEGER NOT NULL,
    head_hash       BLOB NOT NULL,
    kid             TEXT NOT NULL,
    signature       BLOB NOT NULL,
    created_at      TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT audit_prunings_pkey PRIMARY KEY (organization_id, chain_seq),
    CONSTRAINT audit_prunings_hash_check CHECK (length(head_hash) = 32)
) STRICT, WITHOUT ROWID;

-- What the sweeps look for.
CREATE INDEX users_deleted_idx ON users (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX outbox_ended_idx ON outbox (next_attempt_at)
    WHERE status IN ('sent', 'failed', 'cancelled');
-- What erasing looks for beside audit_ledger_user_idx: deeds about others, and tries that belong to
-- nobody but name an address.
CREATE INDEX audit_ledger_deeds_idx ON audit_ledger (actor_id)
    WHERE actor_id IS NOT user_id AND pii_salt IS NOT NULL;
CREATE INDEX audit_ledger_strangers_idx ON audit_ledger (email)
    WHERE organization_id = 'system' AND user_id IS NULL AND email IS NOT NULL;

-- Whoever is deleted, by whatever way, is erased thirty days later.
CREATE TRIGGER users_erased_later AFTER DELETE ON users
BEGIN
    INSERT INTO audit_erasures (organization_id, user_id, cause, address, due_at)
        SELECT OLD.organization_id, OLD.id, 'deleted', lower(OLD.email),
            strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+30 days')
        WHERE NOT EXISTS (SELECT 1 FROM audit_erasures
            WHERE organization_id = OLD.organization_id AND user_id = OLD.id);
END;

-- An update takes the five erasable columns of somebody whose erasure has begun, and nothing else.
DROP TRIGGER audit_ledger_no_update;
CREATE TRIGGER audit_ledger_no_update BEFORE UPDATE ON audit_ledger
WHEN NOT (
    NEW.ip_address IS NULL AND NEW.user_agent IS NULL AND NEW.email IS NULL
    AND NEW.personal IS NULL AND NEW.pii_salt IS NULL
    AND NEW.id = OLD.id AND NEW.organization_id = OLD.organization_id AND NEW.v = OLD.v
    AND NEW.created_at = OLD.created_at AND NEW.event_type = OLD.event_type
    AND NEW.outcome = OLD.outcome AND NEW.status IS OLD.status AND NEW.actor_id IS OLD.actor_id
    AND NEW.user_id IS OLD.user_id AND NEW.session_id IS OLD.session_id
    AND NEW.resource IS OLD.resource AND NEW.resource_id IS OLD.resource_id
    AND NEW.correlation_id IS OLD.correlation_id AND NEW.details = OLD.details
    AND NEW.pii_commitment = OLD.pii_commitment
    AND EXISTS (SELECT 1 FROM audit_erasures e WHERE e.started_at IS NOT NULL
        AND (e.user_id = OLD.user_id OR e.user_id = OLD.actor_id
            OR OLD.organization_id = 'system' AND OLD.user_id IS NULL AND e.address = OLD.email)))
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: UPDATE is refused');
END;

-- Rows go when a stub stands for them.
DROP TRIGGER audit_ledger_no_delete;
CREATE TRIGGER audit_ledger_no_delete BEFORE DELETE ON audit_ledger
WHEN NOT EXISTS (SELECT 1 FROM audit_seals s JOIN audit_prunings p
    ON p.organization_id = s.organization_id AND p.chain_seq >= s.chain_seq
    WHERE s.organization_id = OLD.organization_id AND s.ledger_id = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: DELETE is refused');
END;
DROP TRIGGER audit_seals_no_delete;
CREATE TRIGGER audit_seals_no_delete BEFORE DELETE ON audit_seals
WHEN NOT EXISTS (SELECT 1 FROM audit_prunings
    WHERE organization_id = OLD.organization_id AND chain_seq >= OLD.chain_seq)
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: DELETE on audit_seals is refused');
END;
DROP TRIGGER audit_checkpoints_no_delete;
CREATE TRIGGER audit_checkpoints_no_delete BEFORE DELETE ON audit_checkpoints
WHEN NOT EXISTS (SELECT 1 FROM audit_prunings
    WHERE organization_id = OLD.organization_id AND chain_seq >= OLD.chain_seq)
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: DELETE on audit_checkpoints is refused');
END;
CREATE TRIGGER audit_prunings_no_replace BEFORE INSERT ON audit_prunings
WHEN EXISTS (SELECT 1 FROM audit_prunings
    WHERE organization_id = NEW.organization_id AND chain_seq = NEW.chain_seq)
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: replacing a stub is refused');
END;
CREATE TRIGGER audit_prunings_no_update BEFORE UPDATE ON audit_prunings
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: UPDATE on audit_prunings is refused');
END;
CREATE TRIGGER audit_prunings_no_delete BEFORE DELETE ON audit_prunings
WHEN NOT EXISTS (SELECT 1 FROM audit_prunings
    WHERE organization_id = OLD.organization_id AND chain_seq > OLD.chain_seq)
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: DELETE on audit_prunings is refused');
END;
