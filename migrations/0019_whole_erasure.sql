-- Whoever is erased had more than one address, and rows that are about nobody name them; what tells
-- how people came, went and stood is found without reading a whole ledger (PostgreSQL).

-- Every address that the ledger and their row know of them, gathered when the erasure begins.
ALTER TABLE auth.audit_erasures ADD COLUMN addresses text[];
UPDATE auth.audit_erasures SET addresses = ARRAY[address]
    WHERE started_at IS NOT NULL AND address IS NOT NULL;

-- Rows of nobody that name an address: tries in the system's chain, invitations elsewhere.
CREATE INDEX audit_ledger_named_idx ON auth.audit_ledger (organization_id, lower(email COLLATE "C"))
    WHERE user_id IS NULL AND email IS NOT NULL;
DROP INDEX auth.audit_ledger_strangers_idx;

-- What past access looks for.
CREATE INDEX audit_ledger_roles_idx ON auth.audit_ledger (organization_id, resource_id)
    WHERE event_type = 'PERMISSION_CHANGED' AND resource = 'role';
CREATE INDEX audit_ledger_transfers_idx ON auth.audit_ledger (organization_id, actor_id)
    WHERE event_type = 'ORGANIZATION_TRANSFERRED';
CREATE INDEX audit_ledger_members_idx ON auth.audit_ledger (organization_id, user_id)
    WHERE event_type IN ('USER_CREATED', 'REGISTER', 'INVITATION_ACCEPTED', 'USER_DELETED',
        'ACCOUNT_DELETED') AND user_id IS NOT NULL;
