-- People and organizations, who is signed in, what they tried, what happened (PostgreSQL).

CREATE SCHEMA IF NOT EXISTS auth;

-- `users` and `auth.users` are the same table for every client of this database.
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET search_path = auth, public', current_database());
END
$$;

CREATE TYPE auth.user_role AS ENUM ('owner', 'admin', 'manager', 'staff');

CREATE TABLE auth.schema_migrations (
    version    integer PRIMARY KEY,
    checksum   text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE auth.organizations (
    id         text NOT NULL DEFAULT gen_random_uuid()::text,
    name       text NOT NULL,
    kind       text NOT NULL DEFAULT 'business',
    owner_id   text,
    industry   text,
    size       text,
    plan       text NOT NULL DEFAULT 'free',
    settings   jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT organizations_pkey PRIMARY KEY (id),
    CONSTRAINT organizations_kind_check CHECK (kind IN ('business', 'personal'))
);

CREATE TABLE auth.users (
    id                   text NOT NULL DEFAULT gen_random_uuid()::text,
    organization_id      text NOT NULL,
    email                text NOT NULL,
    email_verified       boolean NOT NULL DEFAULT true,
    mailbox_proven_at    timestamptz,
    self_registered      boolean NOT NULL DEFAULT false,
    pending_email        text,
    name                 text,
    first_name           text,
    last_name            text,
    profile_picture      text,
    role                 auth.user_role NOT NULL DEFAULT 'staff',
    custom_role_id       text,
    status               text NOT NULL DEFAULT 'active',
    password_hash        text,
    password_scheme      text,
    session_version      integer NOT NULL DEFAULT 1,
    two_factor_enabled   boolean NOT NULL DEFAULT false,
    two_factor_secret    text,
    two_factor_last_step bigint,
    backup_codes         text[],
    reset_token          text,
    reset_token_expires  timestamptz,
    password_changed_at  timestamptz,
    last_login_at        timestamptz,
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),
    deleted_at           timestamptz,
    CONSTRAINT users_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT users_id_key UNIQUE (id),
    CONSTRAINT users_status_check CHECK (status IN ('active', 'suspended')),
    CONSTRAINT users_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES auth.organizations (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX users_org_email_live
    ON auth.users (organization_id, lower(email COLLATE "C")) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX users_self_registered_email_live
    ON auth.users (lower(email COLLATE "C")) WHERE self_registered AND deleted_at IS NULL;
CREATE INDEX users_email_idx ON auth.users (email);
CREATE INDEX users_organization_id_idx ON auth.users (organization_id);
CREATE INDEX users_email_canonical_idx ON auth.users (lower(email COLLATE "C"));
CREATE INDEX users_reset_token_idx ON auth.users (reset_token) WHERE reset_token IS NOT NULL;

ALTER TABLE auth.organizations ADD CONSTRAINT organizations_owner_id_fkey
    FOREIGN KEY (owner_id) REFERENCES auth.users (id) ON DELETE SET NULL;
CREATE INDEX organizations_owner_id_idx ON auth.organizations (owner_id);

CREATE TABLE auth.sessions (
    id                  text NOT NULL DEFAULT gen_random_uuid()::text,
    organization_id     text NOT NULL,
    user_id             text NOT NULL,
    session_version     integer NOT NULL DEFAULT 1,
    surface             text NOT NULL DEFAULT 'organization',
    ip_address          text,
    user_agent          text,
    device_fingerprint  text,
    device_id           text,
    device_name         text,
    country             text,
    city                text,
    auth_methods        text[],
    risk_score          integer,
    degraded            boolean NOT NULL DEFAULT false,
    device_classes      text[],
    remember_me         boolean NOT NULL DEFAULT false,
    created_at          timestamptz NOT NULL DEFAULT now(),
    last_seen_at        timestamptz NOT NULL DEFAULT now(),
    expires_at          timestamptz NOT NULL DEFAULT now() + interval '7 days',
    absolute_expires_at timestamptz NOT NULL DEFAULT now() + interval '30 days',
    logged_out_at       timestamptz,
    revoked_at          timestamptz,
    revoke_reason       text,
    revoked_by          text,
    CONSTRAINT sessions_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT sessions_id_key UNIQUE (id),
    CONSTRAINT sessions_revoke_reason_check CHECK (revoke_reason IN ('user_requested',
        'admin_forced', 'password_changed', 'session_version_bump', 'security_alert', 'expired')),
    CONSTRAINT sessions_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES auth.users (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX idx_user_sessions_tenant_user ON auth.sessions (organization_id, user_id);
CREATE INDEX idx_user_sessions_staff ON auth.sessions (user_id);
CREATE INDEX idx_user_sessions_last_seen ON auth.sessions (last_seen_at);

CREATE TABLE auth.refresh_tokens (
    id                   text NOT NULL DEFAULT gen_random_uuid()::text,
    organization_id      text NOT NULL,
    user_id              text NOT NULL,
    session_id           text NOT NULL,
    token_hash           text NOT NULL,
    family_id            text NOT NULL,
    parent_id            text,
    replaced_by_token_id text,
    successor_sealed     bytea,
    device_fingerprint   text,
    issued_at            timestamptz NOT NULL DEFAULT now(),
    expires_at           timestamptz NOT NULL,
    is_revoked           boolean NOT NULL DEFAULT false,
    revoked_at           timestamptz,
    revoke_reason        text,
    suspicious_reuse_at  timestamptz,
    CONSTRAINT refresh_tokens_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT refresh_tokens_token_hash_unique UNIQUE (token_hash),
    CONSTRAINT refresh_tokens_revoke_reason_check CHECK (revoke_reason IN ('rotation', 'logout',
        'force_logout', 'reuse_detected', 'expired', 'admin_action', 'security_event')),
    CONSTRAINT refresh_tokens_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES auth.users (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT refresh_tokens_session_fkey FOREIGN KEY (organization_id, session_id)
        REFERENCES auth.sessions (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX idx_refresh_tokens_active
    ON auth.refresh_tokens (user_id, expires_at) WHERE is_revoked = false;
CREATE INDEX idx_refresh_tokens_family ON auth.refresh_tokens (organization_id, family_id);
CREATE INDEX idx_refresh_tokens_session ON auth.refresh_tokens (organization_id, session_id);
CREATE INDEX idx_refresh_tokens_user ON auth.refresh_tokens (organization_id, user_id);
CREATE INDEX idx_refresh_tokens_expires ON auth.refresh_tokens (expires_at);

CREATE TABLE auth.login_attempts (
    id              bigserial NOT NULL,
    email           text NOT NULL,
    user_id         text,
    organization_id text,
    ip_address      text,
    successful      boolean NOT NULL,
    throttled       boolean NOT NULL DEFAULT false,
    method          text NOT NULL DEFAULT 'password',
    attempted_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT login_attempts_pkey PRIMARY KEY (id),
    CONSTRAINT login_attempts_method_check
        CHECK (method IN ('password', 'totp', 'backup_code', 'step_up')),
    CONSTRAINT login_attempts_user_id_fkey FOREIGN KEY (user_id)
        REFERENCES auth.users (id) ON DELETE CASCADE
);
CREATE INDEX login_attempts_email_idx ON auth.login_attempts (email, attempted_at);
CREATE INDEX login_attempts_user_id_idx ON auth.login_attempts (user_id);
CREATE INDEX login_attempts_attempted_at_idx ON auth.login_attempts (attempted_at);

CREATE TABLE auth.one_time_tokens (
    id              text NOT NULL DEFAULT gen_random_uuid()::text,
    organization_id text NOT NULL,
    user_id         text NOT NULL,
    purpose         text NOT NULL,
    token_hash      text NOT NULL,
    payload         jsonb,
    created_at      timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    used_at         timestamptz,
    requested_ip    text,
    CONSTRAINT one_time_tokens_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT one_time_tokens_token_hash_unique UNIQUE (token_hash),
    CONSTRAINT one_time_tokens_purpose_check CHECK (purpose IN ('verify_email', 'change_email',
        'reset_password', 'temp_2fa', 'magic_link')),
    CONSTRAINT one_time_tokens_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES auth.users (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX one_time_tokens_user_idx ON auth.one_time_tokens (organization_id, user_id, purpose);
CREATE INDEX one_time_tokens_expires_idx ON auth.one_time_tokens (expires_at);

CREATE TABLE auth.reset_requests (
    id           bigserial NOT NULL,
    email        text NOT NULL,
    user_id      text,
    ip_address   text,
    throttled    boolean NOT NULL DEFAULT false,
    requested_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT reset_requests_pkey PRIMARY KEY (id),
    CONSTRAINT reset_requests_user_id_fkey FOREIGN KEY (user_id)
        REFERENCES auth.users (id) ON DELETE CASCADE
);
CREATE INDEX reset_requests_email_idx ON auth.reset_requests (email, requested_at);
CREATE INDEX reset_requests_user_id_idx ON auth.reset_requests (user_id);
CREATE INDEX reset_requests_requested_at_idx ON auth.reset_requests (requested_at);

CREATE TABLE auth.encryption_vaults (
    user_id             text NOT NULL,
    organization_id     text NOT NULL,
    wrapped_mk          text,
    wrap_iv             text,
    wrap_version        integer NOT NULL DEFAULT 2,
    format_version      integer NOT NULL DEFAULT 1,
    kek_id              text NOT NULL DEFAULT 'env-v1',
    mk_check            text,
    recovery_wrapped_mk text,
    recovery_iv         text,
    recovery_set_at     timestamptz,
    zero_knowledge      boolean NOT NULL DEFAULT false,
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT encryption_vaults_pkey PRIMARY KEY (organization_id, user_id),
    CONSTRAINT encryption_vaults_has_wrap
        CHECK (wrapped_mk IS NOT NULL OR recovery_wrapped_mk IS NOT NULL),
    CONSTRAINT encryption_vaults_wrap_iv_pair
        CHECK ((wrapped_mk IS NULL) = (wrap_iv IS NULL)
            AND (recovery_wrapped_mk IS NULL) = (recovery_iv IS NULL)),
    CONSTRAINT encryption_vaults_zk_consistency
        CHECK (NOT zero_knowledge OR (wrapped_mk IS NULL AND recovery_wrapped_mk IS NOT NULL)),
    CONSTRAINT encryption_vaults_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES auth.users (organization_id, id) ON DELETE CASCADE
);

CREATE TABLE auth.step_up_challenges (
    id                 text NOT NULL DEFAULT gen_random_uuid()::text,
    organization_id    text NOT NULL,
    user_id            text NOT NULL,
    session_id         text,
    purpose            text NOT NULL,
    method             text NOT NULL,
    code_hash          text,
    context            jsonb,
    device_fingerprint text,
    attempts           integer NOT NULL DEFAULT 0,
    created_at         timestamptz NOT NULL DEFAULT now(),
    expires_at         timestamptz NOT NULL,
    satisfied_at       timestamptz,
    CONSTRAINT step_up_challenges_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT step_up_challenges_method_check
        CHECK (method IN ('totp', 'backup_code', 'email_otp')),
    CONSTRAINT step_up_challenges_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES auth.users (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT step_up_challenges_session_fkey FOREIGN KEY (organization_id, session_id)
        REFERENCES auth.sessions (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX step_up_challenges_user_idx
    ON auth.step_up_challenges (organization_id, user_id, purpose);
CREATE INDEX step_up_challenges_session_idx
    ON auth.step_up_challenges (organization_id, session_id);
CREATE INDEX step_up_challenges_expires_idx ON auth.step_up_challenges (expires_at);

CREATE TABLE auth.outbox (
    id              text NOT NULL DEFAULT gen_random_uuid()::text,
    organization_id text NOT NULL,
    topic           text NOT NULL,
    dedupe_key      text,
    recipient       text NOT NULL,
    payload_sealed  bytea,
    ledger_id       bigint,
    status          text NOT NULL DEFAULT 'pending',
    attempts        integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    locked_until    timestamptz,
    last_error      text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    sent_at         timestamptz,
    CONSTRAINT outbox_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT outbox_dedupe_key UNIQUE (organization_id, dedupe_key),
    CONSTRAINT outbox_topic_check CHECK (topic IN ('mail', 'webhook')),
    CONSTRAINT outbox_status_check
        CHECK (status IN ('pending', 'sending', 'sent', 'failed', 'cancelled')),
    CONSTRAINT outbox_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES auth.organizations (id) ON DELETE CASCADE
);
CREATE INDEX outbox_due_idx ON auth.outbox (status, next_attempt_at);

-- The ledger has no foreign keys: what happened stays when those it happened to are gone.
CREATE TABLE auth.audit_ledger (
    id              bigserial NOT NULL,
    organization_id text NOT NULL DEFAULT 'system',
    v               integer NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL,
    event_type      text NOT NULL,
    outcome         text NOT NULL,
    status          integer,
    actor_id        text,
    user_id         text,
    session_id      text,
    resource        text,
    resource_id     text,
    correlation_id  text,
    details         text NOT NULL DEFAULT '{}',
    ip_address      text,
    user_agent      text,
    email           text,
    personal        text,
    pii_salt        bytea,
    pii_commitment  bytea NOT NULL,
    CONSTRAINT audit_ledger_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT audit_ledger_outcome_check
        CHECK (outcome IN ('success', 'failure', 'denied', 'skipped')),
    CONSTRAINT audit_ledger_details_check CHECK (jsonb_typeof(details::jsonb) = 'object'),
    CONSTRAINT audit_ledger_personal_check CHECK (jsonb_typeof(personal::jsonb) = 'object')
);
CREATE INDEX audit_ledger_created_idx ON auth.audit_ledger (organization_id, created_at);
CREATE INDEX audit_ledger_user_idx ON auth.audit_ledger (user_id, event_type);
CREATE INDEX audit_ledger_event_idx ON auth.audit_ledger (event_type, created_at);

CREATE FUNCTION auth.audit_ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit ledger is append-only: % on % is refused', TG_OP, TG_TABLE_NAME;
END
$$;
CREATE TRIGGER audit_ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON auth.audit_ledger
    FOR EACH STATEMENT EXECUTE FUNCTION auth.audit_ledger_refuse();

-- Clean-up scripts may delete events; the ledger keeps its rows all the same.
CREATE FUNCTION auth.audit_view_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RETURN NULL;
END
$$;

-- Erasable and lasting facts of one row as one object; `risk` has a part in both.
CREATE FUNCTION auth.audit_metadata(details text, personal text, email text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT details::jsonb
        || coalesce(personal::jsonb, '{}')
        || CASE WHEN jsonb_typeof(details::jsonb -> 'risk') = 'object'
                 AND jsonb_typeof(personal::jsonb -> 'risk') = 'object'
                THEN jsonb_build_object('risk',
                    (details::jsonb -> 'risk') || (personal::jsonb -> 'risk'))
                ELSE '{}' END
        || CASE WHEN email IS NULL THEN '{}' ELSE jsonb_build_object('email', email) END
$$;

CREATE VIEW auth.security_events WITH (security_invoker = true) AS
SELECT id, organization_id, user_id, event_type, ip_address, user_agent,
    auth.audit_metadata(details, personal, email) AS metadata, created_at
FROM auth.audit_ledger;

CREATE VIEW auth.audit_logs WITH (security_invoker = true) AS
SELECT id, organization_id, organization_id AS tenant_id, user_id, event_type AS action,
    resource, resource_id, auth.audit_metadata(details, personal, email) AS metadata,
    coalesce(personal::jsonb -> 'oldValue', details::jsonb -> 'oldValue') AS old_value,
    coalesce(personal::jsonb -> 'newValue', details::jsonb -> 'newValue') AS new_value,
    correlation_id, ip_address, user_agent, created_at
FROM auth.audit_ledger;

CREATE VIEW auth.encryption_vault_audit WITH (security_invoker = true) AS
SELECT id, user_id, lower(substr(event_type, 7)) AS action, status, ip_address AS ip, user_agent,
    details::jsonb AS context, created_at
FROM auth.audit_ledger
WHERE event_type IN ('VAULT_INIT', 'VAULT_FETCH', 'VAULT_ROTATE', 'VAULT_FAILED_FETCH',
    'VAULT_RECOVERY_SET', 'VAULT_RECOVERY_CLEAR', 'VAULT_ZK_ENABLE', 'VAULT_ZK_DISABLE');

CREATE TRIGGER security_events_delete INSTEAD OF DELETE ON auth.security_events
    FOR EACH ROW EXECUTE FUNCTION auth.audit_view_keep();
CREATE TRIGGER security_events_write INSTEAD OF INSERT OR UPDATE ON auth.security_events
    FOR EACH ROW EXECUTE FUNCTION auth.audit_ledger_refuse();
CREATE TRIGGER audit_logs_delete INSTEAD OF DELETE ON auth.audit_logs
    FOR EACH ROW EXECUTE FUNCTION auth.audit_view_keep();
CREATE TRIGGER audit_logs_write INSTEAD OF INSERT OR UPDATE ON auth.audit_logs
    FOR EACH ROW EXECUTE FUNCTION auth.audit_ledger_refuse();
CREATE TRIGGER encryption_vault_audit_delete INSTEAD OF DELETE ON auth.encryption_vault_audit
    FOR EACH ROW EXECUTE FUNCTION auth.audit_view_keep();
CREATE TRIGGER encryption_vault_audit_write INSTEAD OF INSERT OR UPDATE ON auth.encryption_vault_audit
    FOR EACH ROW EXECUTE FUNCTION auth.audit_ledger_refuse();

-- Read by the anomaly scorer and by people; written through to sessions.
CREATE VIEW auth.user_sessions WITH (security_invoker = true) AS
SELECT s.id, s.organization_id AS tenant_id, s.user_id, s.user_id AS staff_id, s.session_version,
    s.ip_address, s.country, s.city, s.user_agent, s.device_fingerprint,
    (s.logged_out_at IS NULL AND s.revoked_at IS NULL
        AND s.expires_at > now() AND s.absolute_expires_at > now()
        AND EXISTS (SELECT 1 FROM auth.users u
            WHERE u.organization_id = s.organization_id AND u.id = s.user_id
                AND u.session_version = s.session_version
                AND u.status = 'active' AND u.deleted_at IS NULL)) AS is_current,
    s.last_seen_at, s.revoked_at, s.revoke_reason, s.revoked_by, s.logged_out_at, s.expires_at,
    s.created_at
FROM auth.sessions s;

CREATE TABLE auth.signing_keys (
    kid            text NOT NULL,
    alg            text NOT NULL,
    state          text NOT NULL,
    public_jwk     jsonb NOT NULL,
    private_sealed bytea,
    not_before     timestamptz,
    not_after      timestamptz,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT signing_keys_pkey PRIMARY KEY (kid),
    CONSTRAINT signing_keys_state_check
        CHECK (state IN ('published', 'signing', 'retiring', 'removed'))
);

-- What each node has counted of a client address or another bucket, for the other nodes to add.
CREATE TABLE auth.rate_counters (
    bucket       text NOT NULL,
    node         text NOT NULL,
    window_start timestamptz NOT NULL,
    count        bigint NOT NULL DEFAULT 0,
    updated_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT rate_counters_pkey PRIMARY KEY (bucket, window_start, node)
);
CREATE INDEX rate_counters_updated_idx ON auth.rate_counters (updated_at);

CREATE TABLE auth.captured_mails (
    id           text NOT NULL,
    message_id   text NOT NULL,
    from_name    text NOT NULL DEFAULT '',
    from_address text NOT NULL,
    to_name      text NOT NULL DEFAULT '',
    to_address   text NOT NULL,
    subject      text NOT NULL,
    text_part    text NOT NULL DEFAULT '',
    html_part    text NOT NULL DEFAULT '',
    raw          text NOT NULL,
    was_read     boolean NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT captured_mails_pkey PRIMARY KEY (id)
);
CREATE INDEX captured_mails_created_idx ON auth.captured_mails (created_at);
