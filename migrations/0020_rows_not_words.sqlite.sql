-- Whoever writes tables past the server shortens no evidence: the least time a ledger is kept, rows
-- that lost their personal data accounted for by records, and keys that take each other's place
-- (SQLite; docs/decisions/0035-rows-not-words.md).

UPDATE retention_settings SET ledger_days = 90 WHERE ledger_days < 90;
CREATE TRIGGER retention_settings_ledger_inserted BEFORE INSERT ON retention_settings
WHEN NEW.ledger_days < 90
BEGIN
    SELECT RAISE(ABORT, 'CHECK constraint failed: retention_settings_ledger_check');
END;
CREATE TRIGGER retention_settings_ledger_updated BEFORE UPDATE ON retention_settings
WHEN NEW.ledger_days < 90
BEGIN
    SELECT RAISE(ABORT, 'CHECK constraint failed: retention_settings_ledger_check');
END;

-- What was erased before there were records, in one record for each chain. It has nothing personal
-- itself: its commitment is that of four NULLs under a salt of zero bytes.
INSERT INTO audit_ledger (organization_id, created_at, event_type, outcome, resource, resource_id,
    details, pii_salt, pii_commitment)
SELECT l.organization_id, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'ACCOUNT_DELETED', 'success',
    'ledger', l.organization_id,
    '{"cause":"before records","rows":"' || group_concat(l.id, ',') || '","step":"rows erased"}',
    x'00000000000000000000000000000000',
    x'293531bbb4268fd5145915d35fceee6e4182241cc5ee9a533944f8bc8c30aaf2'
FROM audit_ledger l WHERE l.pii_salt IS NULL GROUP BY l.organization_id;

-- What a key that takes another's place says of it: both have signed the change.
ALTER TABLE audit_keys ADD COLUMN retired_at TEXT
    CHECK (retired_at LIKE '____-__-__T__:__:__.___Z');
ALTER TABLE audit_keys ADD COLUMN previous_kid TEXT;
ALTER TABLE audit_keys ADD COLUMN previous_signature BLOB;
ALTER TABLE audit_keys ADD COLUMN own_signature BLOB;
