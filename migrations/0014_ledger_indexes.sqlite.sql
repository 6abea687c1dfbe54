-- Sealing a row looks at two places of its chain, however long it is: one look for either of them
-- read the whole chain. (The order of evidence needs no index here: each ends with the row's id.)
DROP TRIGGER audit_seals_no_replace;
CREATE TRIGGER audit_seals_no_replace BEFORE INSERT ON audit_seals
WHEN EXISTS (SELECT 1 FROM audit_seals WHERE organization_id = NEW.organization_id
        AND chain_seq = NEW.chain_seq)
    OR EXISTS (SELECT 1 FROM audit_seals WHERE organization_id = NEW.organization_id
        AND ledger_id = NEW.ledger_id)
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: replacing a seal is refused');
END;
