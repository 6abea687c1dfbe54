-- Row-level security is PostgreSQL's (SQLite has no roles): only the version moves here.
SELECT 1;
