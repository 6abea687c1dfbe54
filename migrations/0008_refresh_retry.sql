-- The sealed successors that wait for their retry window to end (PostgreSQL).
CREATE INDEX refresh_tokens_sealed_idx
    ON auth.refresh_tokens (revoked_at) WHERE successor_sealed IS NOT NULL;
