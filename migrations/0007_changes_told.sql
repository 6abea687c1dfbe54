-- Tells every node what it may no longer believe of the rows that it keeps in memory: one message on
-- the channel gatehouse_invalidate for each row that changed, as ["TABLE", ORGANIZATION, ID]
-- (PostgreSQL). A transition table holds the rows of one statement, whoever wrote it: the server,
-- another node, psql, or the cascade of a foreign key.

CREATE FUNCTION auth.tell_changed(changed_table text, organizations text[], ids text[])
    RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF ids IS NULL THEN
        RETURN;
    END IF;
    IF cardinality(ids) <= 100 THEN
        PERFORM auth.tell_nodes(changed_table, t.organization, t.id)
            FROM unnest(organizations, ids) AS t (organization, id);
    ELSIF (SELECT count(DISTINCT o) FROM unnest(organizations) AS o) <= 100 THEN
        PERFORM auth.tell_nodes(changed_table, t.organization, NULL)
            FROM (SELECT DISTINCT o FROM unnest(organizations) AS o) AS t (organization);
    ELSE
        PERFORM auth.tell_nodes(changed_table, NULL, NULL);
    END IF;
END $$;

-- A message has fewer than 8,000 bytes; an id by SQL may have any length.
CREATE FUNCTION auth.tell_nodes(changed_table text, organization text, id text)
    RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    message text := json_build_array(changed_table, organization, id)::text;
BEGIN
    IF octet_length(message) > 4000 THEN
        message := json_build_array(changed_table, NULL, NULL)::text;
    END IF;
    PERFORM pg_notify('gatehouse_invalidate', message);
END $$;

CREATE FUNCTION auth.tell_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM auth.tell_nodes(TG_TABLE_NAME, NULL, NULL);
    RETURN NULL;
END $$;

-- users: what a sign-in moves (last_login_at, two_factor_last_step) tells nothing.
CREATE FUNCTION auth.tell_users_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM auth.tell_changed('users', array_agg(c.organization_id), array_agg(c.id)) FROM (
        WITH earlier AS (
            SELECT id, organization_id, email, email_verified, mailbox_proven_at, self_registered,
                pending_email, name, first_name, last_name, profile_picture, role,
                custom_role_id, status, password_hash, password_scheme, session_version,
                two_factor_enabled, password_changed_at, created_at, updated_at, deleted_at
            FROM gone
        ), later AS (
            SELECT id, organization_id, email, email_verified, mailbox_proven_at, self_registered,
                pending_email, name, first_name, last_name, profile_picture, role,
                custom_role_id, status, password_hash, password_scheme, session_version,
                two_factor_enabled, password_changed_at, created_at, updated_at, deleted_at
            FROM come
        )
        SELECT organization_id, id FROM (
            (TABLE earlier EXCEPT TABLE later) UNION ALL (TABLE later EXCEPT TABLE earlier)
        ) AS other GROUP BY organization_id, id
    ) AS c;
    RETURN NULL;
END $$;
CREATE FUNCTION auth.tell_users_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM auth.tell_changed('users', array_agg(c.organization_id), array_agg(c.id))
        FROM (SELECT DISTINCT organization_id, id FROM gone) AS c;
    RETURN NULL;
END $$;
CREATE TRIGGER users_updated_told AFTER UPDATE ON auth.users
    REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_users_updated();
CREATE TRIGGER users_deleted_told AFTER DELETE ON auth.users
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_users_deleted();
CREATE TRIGGER users_truncated_told AFTER TRUNCATE ON auth.users
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_all();

-- sessions: last_seen_at tells nothing, nor what a refresh was judged to be.
CREATE FUNCTION auth.tell_sessions_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM auth.tell_changed('sessions', array_agg(c.organization_id), array_agg(c.id)) FROM (
        WITH earlier AS (
            SELECT id, organization_id, user_id, session_version, surface, expires_at,
                absolute_expires_at, logged_out_at, revoked_at, remember_me, device_classes,
                country, city
            FROM gone
        ), later AS (
            SELECT id, organization_id, user_id, session_version, surface, expires_at,
                absolute_expires_at, logged_out_at, revoked_at, remember_me, device_classes,
                country, city
            FROM come
        )
        SELECT organization_id, id FROM (
            (TABLE earlier EXCEPT TABLE later) UNION ALL (TABLE later EXCEPT TABLE earlier)
        ) AS other GROUP BY organization_id, id
    ) AS c;
    RETURN NULL;
END $$;
CREATE FUNCTION auth.tell_sessions_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM auth.tell_changed('sessions', array_agg(c.organization_id), array_agg(c.id))
        FROM (SELECT DISTINCT organization_id, id FROM gone) AS c;
    RETURN NULL;
END $$;
CREATE TRIGGER sessions_updated_told AFTER UPDATE ON auth.sessions
    REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_sessions_updated();
CREATE TRIGGER sessions_deleted_told AFTER DELETE ON auth.sessions
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_sessions_deleted();
CREATE TRIGGER sessions_truncated_told AFTER TRUNCATE ON auth.sessions
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_all();

-- custom_roles
CREATE FUNCTION auth.tell_custom_roles_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM auth.tell_changed('custom_roles', array_agg(c.organization_id), array_agg(c.id)) FROM (
        WITH earlier AS (
            SELECT id, organization_id, name
            FROM gone
        ), later AS (
            SELECT id, organization_id, name
            FROM come
        )
        SELECT organization_id, id FROM (
            (TABLE earlier EXCEPT TABLE later) UNION ALL (TABLE later EXCEPT TABLE earlier)
        ) AS other GROUP BY organization_id, id
    ) AS c;
    RETURN NULL;
END $$;
CREATE FUNCTION auth.tell_custom_roles_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM auth.tell_changed('custom_roles', array_agg(c.organization_id), array_agg(c.id))
        FROM (SELECT DISTINCT organization_id, id FROM gone) AS c;
    RETURN NULL;
END $$;
CREATE TRIGGER custom_roles_updated_told AFTER UPDATE ON auth.custom_roles
    REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_custom_roles_updated();
CREATE TRIGGER custom_roles_deleted_told AFTER DELETE ON auth.custom_roles
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_custom_roles_deleted();
CREATE TRIGGER custom_roles_truncated_told AFTER TRUNCATE ON auth.custom_roles
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_all();

-- custom_role_permissions: A new row changes what somebody may, as a lost one does.
CREATE FUNCTION auth.tell_custom_role_permissions_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM auth.tell_changed('custom_role_permissions', array_agg(c.organization_id), array_agg(c.role_id)) FROM (
        WITH earlier AS (
            SELECT role_id, organization_id, permission_id, cell
            FROM gone
        ), later AS (
            SELECT role_id, organization_id, permission_id, cell
            FROM come
        )
        SELECT organization_id, role_id FROM (
            (TABLE earlier EXCEPT TABLE later) UNION ALL (TABLE later EXCEPT TABLE earlier)
        ) AS other GROUP BY organization_id, role_id
    ) AS c;
    RETURN NULL;
END $$;
CREATE FUNCTION auth.tell_custom_role_permissions_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM auth.tell_changed('custom_role_permissions', array_agg(c.organization_id), array_agg(c.role_id))
        FROM (SELECT DISTINCT organization_id, role_id FROM gone) AS c;
    RETURN NULL;
END $$;
CREATE TRIGGER custom_role_permissions_updated_told AFTER UPDATE ON auth.custom_role_permissions
    REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_custom_role_permissions_updated();
CREATE TRIGGER custom_role_permissions_deleted_told AFTER DELETE ON auth.custom_role_permissions
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_custom_role_permissions_deleted();
CREATE TRIGGER custom_role_permissions_truncated_told AFTER TRUNCATE ON auth.custom_role_permissions
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_all();
CREATE TRIGGER custom_role_permissions_inserted_told AFTER INSERT ON auth.custom_role_permissions
    REFERENCING NEW TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_custom_role_permissions_deleted();

-- user_permissions
CREATE FUNCTION auth.tell_user_permissions_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM auth.tell_changed('user_permissions', array_agg(c.organization_id), array_agg(c.user_id)) FROM (
        WITH earlier AS (
            SELECT user_id, organization_id, permission_id, cell
            FROM gone
        ), later AS (
            SELECT user_id, organization_id, permission_id, cell
            FROM come
        )
        SELECT organization_id, user_id FROM (
            (TABLE earlier EXCEPT TABLE later) UNION ALL (TABLE later EXCEPT TABLE earlier)
        ) AS other GROUP BY organization_id, user_id
    ) AS c;
    RETURN NULL;
END $$;
CREATE FUNCTION auth.tell_user_permissions_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM auth.tell_changed('user_permissions', array_agg(c.organization_id), array_agg(c.user_id))
        FROM (SELECT DISTINCT organization_id, user_id FROM gone) AS c;
    RETURN NULL;
END $$;
CREATE TRIGGER user_permissions_updated_told AFTER UPDATE ON auth.user_permissions
    REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_user_permissions_updated();
CREATE TRIGGER user_permissions_deleted_told AFTER DELETE ON auth.user_permissions
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_user_permissions_deleted();
CREATE TRIGGER user_permissions_truncated_told AFTER TRUNCATE ON auth.user_permissions
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_all();
CREATE TRIGGER user_permissions_inserted_told AFTER INSERT ON auth.user_permissions
    REFERENCING NEW TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_user_permissions_deleted();

-- resources: Only where it is and what it is.
CREATE FUNCTION auth.tell_resources_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM auth.tell_changed('resources', array_agg(c.organization_id), array_agg(c.id)) FROM (
        WITH earlier AS (
            SELECT id, organization_id, type
            FROM gone
        ), later AS (
            SELECT id, organization_id, type
            FROM come
        )
        SELECT organization_id, id FROM (
            (TABLE earlier EXCEPT TABLE later) UNION ALL (TABLE later EXCEPT TABLE earlier)
        ) AS other GROUP BY organization_id, id
    ) AS c;
    RETURN NULL;
END $$;
CREATE FUNCTION auth.tell_resources_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM auth.tell_changed('resources', array_agg(c.organization_id), array_agg(c.id))
        FROM (SELECT DISTINCT organization_id, id FROM gone) AS c;
    RETURN NULL;
END $$;
CREATE TRIGGER resources_updated_told AFTER UPDATE ON auth.resources
    REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_resources_updated();
CREATE TRIGGER resources_deleted_told AFTER DELETE ON auth.resources
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_resources_deleted();
CREATE TRIGGER resources_truncated_told AFTER TRUNCATE ON auth.resources
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_all();

-- assignments: Kept for each person: the person is told.
CREATE FUNCTION auth.tell_assignments_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM auth.tell_changed('assignments', array_agg(c.organization_id), array_agg(c.user_id)) FROM (
        WITH earlier AS (
            SELECT user_id, organization_id, resource_type, resource_id
            FROM gone
        ), later AS (
            SELECT user_id, organization_id, resource_type, resource_id
            FROM come
        )
        SELECT organization_id, user_id FROM (
            (TABLE earlier EXCEPT TABLE later) UNION ALL (TABLE later EXCEPT TABLE earlier)
        ) AS other GROUP BY organization_id, user_id
    ) AS c;
    RETURN NULL;
END $$;
CREATE FUNCTION auth.tell_assignments_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM auth.tell_changed('assignments', array_agg(c.organization_id), array_agg(c.user_id))
        FROM (SELECT DISTINCT organization_id, user_id FROM gone) AS c;
    RETURN NULL;
END $$;
CREATE TRIGGER assignments_updated_told AFTER UPDATE ON auth.assignments
    REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_assignments_updated();
CREATE TRIGGER assignments_deleted_told AFTER DELETE ON auth.assignments
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_assignments_deleted();
CREATE TRIGGER assignments_truncated_told AFTER TRUNCATE ON auth.assignments
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_all();
CREATE TRIGGER assignments_inserted_told AFTER INSERT ON auth.assignments
    REFERENCING NEW TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION auth.tell_assignments_deleted();
