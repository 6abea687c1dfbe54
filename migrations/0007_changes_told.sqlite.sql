-- SQLite tells of changes by PRAGMA data_version (spec/database §1): only the version moves here.
SELECT 1;
