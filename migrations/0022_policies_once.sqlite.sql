-- Row-level security is PostgreSQL's: only the version moves here.
SELECT 1;
