-- Evidence is read in the order of its moments, however many share one; whatever was found by
-- moment is found by this index as well (PostgreSQL).
CREATE INDEX audit_ledger_moment_idx ON auth.audit_ledger (organization_id, created_at, id);
DROP INDEX auth.audit_ledger_created_idx;
