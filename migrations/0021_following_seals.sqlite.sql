-- Nodes look each round at what the others have signed (SQLite; docs/decisions/0035-rows-not-words.md).
CREATE INDEX audit_checkpoints_created_idx ON audit_checkpoints (created_at, organization_id, chain_seq);
