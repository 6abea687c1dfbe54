-- Whoever is erased had more than one address, and rows that are about nobody name them; what tells
-- how people came, went and stood is found without reading a whole ledger (SQLite).

-- Every address that the ledger and their row know of them, gathered when the erasure begins.
ALTER TABLE audit_erasures ADD COLUMN addresses TEXT CHECK (json_type(addresses) = 'array');
UPDATE audit_erasures SET addresses = json_array(address)
    WHERE started_at IS NOT NULL AND address IS NOT NULL;

-- Rows of nobody that name an address: tries in the system's chain, invitations elsewhere.
CREATE INDEX audit_ledger_named_idx ON audit_ledger (organization_id, lower(email))
    WHERE user_id IS NULL AND email IS NOT NULL;
DROP INDEX audit_ledger_strangers_idx;

-- What past access looks for.
CREATE INDEX audit_ledger_roles_idx ON audit_ledger (organization_id, resource_id)
    WHERE event_type = 'PERMISSION_CHANGED' AND resource = 'role';
CREATE INDEX audit_ledger_transfers_idx ON audit_ledger (organization_id, actor_id)
    WHERE event_type = 'ORGANIZATION_TRANSFERRED';
CREATE INDEX audit_ledger_members_idx ON audit_ledger (organization_id, user_id)
    WHERE event_type IN ('USER_CREATED', 'REGISTER', 'INVITATION_ACCEPTED', 'USER_DELETED',
        'ACCOUNT_DELETED') AND user_id IS NOT NULL;

-- An update takes the five erasable columns of somebody whose erasure has begun, with every address
-- of theirs, and nothing else.
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
            OR OLD.organization_id IN ('system', e.organization_id) AND OLD.user_id IS NULL
                AND lower(OLD.email) IN (SELECT value FROM json_each(e.addresses)))))
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: UPDATE is refused');
END;
