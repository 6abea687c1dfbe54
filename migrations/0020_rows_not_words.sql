-- Whoever writes tables past the server shortens no evidence: the least time a ledger is kept, rows
-- that lost their personal data accounted for by records, and keys that take each other's place
-- (PostgreSQL; docs/decisions/0035-rows-not-words.md).

UPDATE auth.retention_settings SET ledger_days = 90 WHERE ledger_days < 90;
ALTER TABLE auth.retention_settings
    ADD CONSTRAINT retention_settings_ledger_check CHECK (ledger_days >= 90);

-- As before, but with every address, and with rows of the organization that are about nobody; an
-- address that somebody else has by now is theirs. It tells in which chain each row stands: a record
-- goes into each.
DROP FUNCTION auth.erase_ledger(text, text, bigint);
CREATE FUNCTION auth.erase_ledger(person text, mailbox text, most bigint) RETURNS TABLE (chain text, row_id bigint)
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
        RETURNING l.organization_id, l.id;
    PERFORM set_config('gatehouse.maintenance', '', true);
END
$$;
REVOKE EXECUTE ON FUNCTION auth.erase_ledger(text, text, bigint) FROM PUBLIC;

-- What was erased before there were records, in one record for each chain. It has nothing personal
-- itself: its commitment is that of four NULLs under a salt of zero bytes.
INSERT INTO auth.audit_ledger (organization_id, created_at, event_type, outcome, resource,
    resource_id, details, pii_salt, pii_commitment)
SELECT l.organization_id, date_trunc('milliseconds', clock_timestamp()), 'ACCOUNT_DELETED', 'success',
    'ledger', l.organization_id,
    '{"cause":"before records","rows":"' || string_agg(l.id::text, ',' ORDER BY l.id)
        || '","step":"rows erased"}',
    '\x00000000000000000000000000000000',
    '\x293531bbb4268fd5145915d35fceee6e4182241cc5ee9a533944f8bc8c30aaf2'
FROM auth.audit_ledger l WHERE l.pii_salt IS NULL GROUP BY l.organization_id;

-- What a key that takes another's place says of it: both have signed the change.
ALTER TABLE auth.audit_keys
    ADD COLUMN retired_at timestamptz,
    ADD COLUMN previous_kid text,
    ADD COLUMN previous_signature bytea,
    ADD COLUMN own_signature bytea;

-- The server's role adds keys and changes none, but for this: the one that signs retires, and the
-- next one signs from then on. Nothing where another one signs by now.
CREATE FUNCTION auth.rotate_audit_key(old_kid text, new_kid text, new_key bytea, new_sealed bytea,
    changed_at timestamptz, by_old bytea, by_new bytea) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = auth, pg_temp AS $$
BEGIN
    UPDATE auth.audit_keys k SET state = 'retired', retired_at = changed_at
        WHERE k.kid = old_kid AND k.state = 'signing';
    IF NOT FOUND THEN
        RETURN;
    END IF;
    INSERT INTO auth.audit_keys (kid, state, public_key, private_sealed, created_at, previous_kid,
            previous_signature, own_signature)
        VALUES (new_kid, 'signing', new_key, new_sealed, changed_at, old_kid, by_old, by_new);
    RETURN NEXT new_kid;
END
$$;
REVOKE EXECUTE ON FUNCTION auth.rotate_audit_key(text, text, bytea, bytea, timestamptz, bytea, bytea)
    FROM PUBLIC;
