-- The ledger's chain: which rows wait for it, where each stands in it, and what was signed over it
-- (SQLite; docs/ledger-format.md). Ledger rows themselves are never updated.

-- What was committed and is not sealed yet.
CREATE TABLE audit_unsealed (
    organization_id TEXT NOT NULL,
    ledger_id       INTEGER NOT NULL,
    waiting_since   TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    CONSTRAINT audit_unsealed_pkey PRIMARY KEY (organization_id, ledger_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_seals (
    organization_id TEXT NOT NULL,
    chain_seq       INTEGER NOT NULL,
    ledger_id       INTEGER NOT NULL,
    prev_hash       BLOB NOT NULL,
    row_hash        BLOB NOT NULL,
    CONSTRAINT audit_seals_pkey PRIMARY KEY (organization_id, chain_seq),
    CONSTRAINT audit_seals_ledger_key UNIQUE (organization_id, ledger_id),
    CONSTRAINT audit_seals_hashes_check CHECK (length(prev_hash) = 32 AND length(row_hash) = 32)
) STRICT, WITHOUT ROWID;

-- first_at and last_at say which rows the batch holds, for whoever looks for a period; they are not
-- signed.
CREATE TABLE audit_checkpoints (
    organization_id TEXT NOT NULL,
    chain_seq       INTEGER NOT NULL,
    head_hash       BLOB NOT NULL,
    batch_root      BLOB NOT NULL,
    kid             TEXT NOT NULL,
    signature       BLOB NOT NULL,
    created_at      TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    first_at        TEXT NOT NULL CHECK (first_at LIKE '____-__-__T__:__:__.___Z'),
    last_at         TEXT NOT NULL CHECK (last_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT audit_checkpoints_pkey PRIMARY KEY (organization_id, chain_seq),
    CONSTRAINT audit_checkpoints_hashes_check
        CHECK (length(head_hash) = 32 AND length(batch_root) = 32)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_checkpoints_last_idx ON audit_checkpoints (organization_id, last_at);

-- Checkpoints that are still to be published outside the database.
CREATE TABLE audit_unpublished (
    organization_id TEXT NOT NULL,
    chain_seq       INTEGER NOT NULL,
    CONSTRAINT audit_unpublished_pkey PRIMARY KEY (organization_id, chain_seq)
) STRICT, WITHOUT ROWID;

-- Keys of the checkpoints, apart from those of tokens; kid is the hash of public_key.
CREATE TABLE audit_keys (
    kid            TEXT NOT NULL,
    state          TEXT NOT NULL,
    public_key     BLOB NOT NULL,
    private_sealed BLOB,
    created_at     TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT audit_keys_pkey PRIMARY KEY (kid),
    CONSTRAINT audit_keys_state_check CHECK (state IN ('signing', 'retired'))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX audit_keys_one_signs ON audit_keys (state) WHERE state = 'signing';

-- INSERT OR REPLACE removes the old row without firing triggers of DELETE.
CREATE TRIGGER audit_seals_no_replace BEFORE INSERT ON audit_seals
WHEN EXISTS (SELECT 1 FROM audit_seals WHERE organization_id = NEW.organization_id
    AND (chain_seq = NEW.chain_seq OR ledger_id = NEW.ledger_id))
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: replacing a seal is refused');
END;
CREATE TRIGGER audit_checkpoints_no_replace BEFORE INSERT ON audit_checkpoints
WHEN EXISTS (SELECT 1 FROM audit_checkpoints WHERE organization_id = NEW.organization_id
    AND chain_seq = NEW.chain_seq)
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: replacing a checkpoint is refused');
END;
CREATE TRIGGER audit_seals_no_update BEFORE UPDATE ON audit_seals
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: UPDATE on audit_seals is refused');
END;
CREATE TRIGGER audit_seals_no_delete BEFORE DELETE ON audit_seals
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: DELETE on audit_seals is refused');
END;
CREATE TRIGGER audit_checkpoints_no_update BEFORE UPDATE ON audit_checkpoints
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: UPDATE on audit_checkpoints is refused');
END;
CREATE TRIGGER audit_checkpoints_no_delete BEFORE DELETE ON audit_checkpoints
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: DELETE on audit_checkpoints is refused');
END;

CREATE TRIGGER audit_ledger_waits AFTER INSERT ON audit_ledger
BEGIN
    INSERT INTO audit_unsealed (organization_id, ledger_id) VALUES (NEW.organization_id, NEW.id);
END;
INSERT INTO audit_unsealed (organization_id, ledger_id) SELECT organization_id, id FROM audit_ledger;
