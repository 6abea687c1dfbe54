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

-- As before, but with every address, and with rows of the organization that are about nobody. An
-- address that somebody else has by now is theirs.
CREATE OR REPLACE FUNCTION auth.erase_ledger(person text, mailbox text, most bigint) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = auth, pg_temp AS $$
DECLARE
    erased record;
BEGIN
    SELECT e.organization_id, e.addresses INTO erased FROM auth.audit_erasures e
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
                    WHERE a.organization_id IN ('system', erased.organization_id)
                        AND lower(a.email COLLATE "C") = ANY (erased.addresses)
                        AND a.user_id IS NULL AND a.email IS NOT NULL
                        AND a.actor_id IS DISTINCT FROM person AND NOT EXISTS (
                            SELECT 1 FROM auth.users u
                            WHERE u.email_canonical = lower(a.email COLLATE "C")
                                AND u.id <> person AND u.deleted_at IS NULL
                                AND a.organization_id IN ('system', u.organization_id))
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
