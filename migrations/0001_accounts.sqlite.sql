-- People and organizations, who is signed in, what they tried, what happened (SQLite).

CREATE TABLE schema_migrations (
    version    INTEGER PRIMARY KEY,
    checksum   TEXT NOT NULL,
    applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (applied_at LIKE '____-__-__T__:__:__.___Z')
) STRICT;

CREATE TABLE organizations (
    id         TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),
    name       TEXT NOT NULL,
    kind       TEXT NOT NULL DEFAULT 'business',
    owner_id   TEXT,
    industry   TEXT,
    size       TEXT,
    plan       TEXT NOT NULL DEFAULT 'free',
    settings   TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(settings)),
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (updated_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT organizations_pkey PRIMARY KEY (id),
    CONSTRAINT organizations_kind_check CHECK (kind IN ('business', 'personal')),
    CONSTRAINT organizations_owner_id_fkey FOREIGN KEY (owner_id)
        REFERENCES users (id) ON DELETE SET NULL
) STRICT;

CREATE TABLE users (
    id                   TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),
    organization_id      TEXT NOT NULL,
    email                TEXT NOT NULL,
    email_verified       INTEGER NOT NULL DEFAULT 1 CHECK (email_verified IN (0, 1)),
    mailbox_proven_at    TEXT CHECK (mailbox_proven_at LIKE '____-__-__T__:__:__.___Z'),
    self_registered      INTEGER NOT NULL DEFAULT 0 CHECK (self_registered IN (0, 1)),
    pending_email        TEXT,
    name                 TEXT,
    first_name           TEXT,
    last_name            TEXT,
    profile_picture      TEXT,
    role                 TEXT NOT NULL DEFAULT 'staff'
        CONSTRAINT users_role_check CHECK (role IN ('owner', 'admin', 'manager', 'staff')),
    custom_role_id       TEXT,
    status               TEXT NOT NULL DEFAULT 'active',
    password_hash        TEXT,
    password_scheme      TEXT,
    session_version      INTEGER NOT NULL DEFAULT 1,
    two_factor_enabled   INTEGER NOT NULL DEFAULT 0 CHECK (two_factor_enabled IN (0, 1)),
    two_factor_secret    TEXT,
    two_factor_last_step INTEGER,
    backup_codes         TEXT CHECK (json_type(backup_codes) = 'array'),
    reset_token          TEXT,
    reset_token_expires  TEXT CHECK (reset_token_expires LIKE '____-__-__T__:__:__.___Z'),
    password_changed_at  TEXT CHECK (password_changed_at LIKE '____-__-__T__:__:__.___Z'),
    last_login_at        TEXT CHECK (last_login_at LIKE '____-__-__T__:__:__.___Z'),
    created_at           TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    updated_at           TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (updated_at LIKE '____-__-__T__:__:__.___Z'),
    deleted_at           TEXT CHECK (deleted_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT users_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT users_status_check CHECK (status IN ('active', 'suspended')),
    CONSTRAINT users_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES organizations (id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX users_id_key ON users (id);
CREATE UNIQUE INDEX users_org_email_live
    ON users (organization_id, lower(email)) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX users_self_registered_email_live
    ON users (lower(email)) WHERE self_registered = 1 AND deleted_at IS NULL;
CREATE INDEX users_email_idx ON users (email);
CREATE INDEX users_organization_id_idx ON users (organization_id);
CREATE INDEX users_email_canonical_idx ON users (lower(email));
CREATE INDEX users_reset_token_idx ON users (reset_token) WHERE reset_token IS NOT NULL;

CREATE INDEX organizations_owner_id_idx ON organizations (owner_id);

CREATE TABLE sessions (
    id                  TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),
    organization_id     TEXT NOT NULL,
    user_id             TEXT NOT NULL,
    session_version     INTEGER NOT NULL DEFAULT 1,
    surface             TEXT NOT NULL DEFAULT 'organization',
    ip_address          TEXT,
    user_agent          TEXT,
    device_fingerprint  TEXT,
    device_id           TEXT,
    device_name         TEXT,
    country             TEXT,
    city                TEXT,
    auth_methods        TEXT CHECK (json_type(auth_methods) = 'array'),
    risk_score          INTEGER,
    degraded            INTEGER NOT NULL DEFAULT 0 CHECK (degraded IN (0, 1)),
    device_classes      TEXT CHECK (json_type(device_classes) = 'array'),
    remember_me         INTEGER NOT NULL DEFAULT 0 CHECK (remember_me IN (0, 1)),
    created_at          TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    last_seen_at        TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (last_seen_at LIKE '____-__-__T__:__:__.___Z'),
    expires_at          TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+7 days'))
        CHECK (expires_at LIKE '____-__-__T__:__:__.___Z'),
    absolute_expires_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+30 days'))
        CHECK (absolute_expires_at LIKE '____-__-__T__:__:__.___Z'),
    logged_out_at       TEXT CHECK (logged_out_at LIKE '____-__-__T__:__:__.___Z'),
    revoked_at          TEXT CHECK (revoked_at LIKE '____-__-__T__:__:__.___Z'),
    revoke_reason       TEXT,
    revoked_by          TEXT,
    CONSTRAINT sessions_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT sessions_revoke_reason_check CHECK (revoke_reason IN ('user_requested',
        'admin_forced', 'password_changed', 'session_version_bump', 'security_alert', 'expired')),
    CONSTRAINT sessions_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES users (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX sessions_id_key ON sessions (id);
CREATE INDEX idx_user_sessions_tenant_user ON sessions (organization_id, user_id);
CREATE INDEX idx_user_sessions_staff ON sessions (user_id);
CREATE INDEX idx_user_sessions_last_seen ON sessions (last_seen_at);

CREATE TABLE refresh_tokens (
    id                   TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),
    organization_id      TEXT NOT NULL,
    user_id              TEXT NOT NULL,
    session_id           TEXT NOT NULL,
    token_hash           TEXT NOT NULL,
    family_id            TEXT NOT NULL,
    parent_id            TEXT,
    replaced_by_token_id TEXT,
    successor_sealed     BLOB,
    device_fingerprint   TEXT,
    issued_at            TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (issued_at LIKE '____-__-__T__:__:__.___Z'),
    expires_at           TEXT NOT NULL CHECK (expires_at LIKE '____-__-__T__:__:__.___Z'),
    is_revoked           INTEGER NOT NULL DEFAULT 0 CHECK (is_revoked IN (0, 1)),
    revoked_at           TEXT CHECK (revoked_at LIKE '____-__-__T__:__:__.___Z'),
    revoke_reason        TEXT,
    suspicious_reuse_at  TEXT CHECK (suspicious_reuse_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT refresh_tokens_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT refresh_tokens_revoke_reason_check CHECK (revoke_reason IN ('rotation', 'logout',
        'force_logout', 'reuse_detected', 'expired', 'admin_action', 'security_event')),
    CONSTRAINT refresh_tokens_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES users (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT refresh_tokens_session_fkey FOREIGN KEY (organization_id, session_id)
        REFERENCES sessions (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idx_refresh_tokens_active
    ON refresh_tokens (user_id, expires_at) WHERE is_revoked = 0;
CREATE UNIQUE INDEX refresh_tokens_token_hash_unique ON refresh_tokens (token_hash);
CREATE INDEX idx_refresh_tokens_family ON refresh_tokens (organization_id, family_id);
CREATE INDEX idx_refresh_tokens_session ON refresh_tokens (organization_id, session_id);
CREATE INDEX idx_refresh_tokens_user ON refresh_tokens (organization_id, user_id);
CREATE INDEX idx_refresh_tokens_expires ON refresh_tokens (expires_at);

CREATE TABLE login_attempts (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    email           TEXT NOT NULL,
    user_id         TEXT,
    organization_id TEXT,
    ip_address      TEXT,
    successful      INTEGER NOT NULL CHECK (successful IN (0, 1)),
    throttled       INTEGER NOT NULL DEFAULT 0 CHECK (throttled IN (0, 1)),
    method          TEXT NOT NULL DEFAULT 'password',
    attempted_at    TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (attempted_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT login_attempts_method_check
        CHECK (method IN ('password', 'totp', 'backup_code', 'step_up')),
    CONSTRAINT login_attempts_user_id_fkey FOREIGN KEY (user_id)
        REFERENCES users (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX login_attempts_email_idx ON login_attempts (email, attempted_at);
CREATE INDEX login_attempts_user_id_idx ON login_attempts (user_id);
CREATE INDEX login_attempts_attempted_at_idx ON login_attempts (attempted_at);

CREATE TABLE one_time_tokens (
    id              TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    purpose         TEXT NOT NULL,
    token_hash      TEXT NOT NULL,
    payload         TEXT CHECK (payload IS NULL OR json_valid(payload)),
    created_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    expires_at      TEXT NOT NULL CHECK (expires_at LIKE '____-__-__T__:__:__.___Z'),
    used_at         TEXT CHECK (used_at LIKE '____-__-__T__:__:__.___Z'),
    requested_ip    TEXT,
    CONSTRAINT one_time_tokens_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT one_time_tokens_purpose_check CHECK (purpose IN ('verify_email', 'change_email',
        'reset_password', 'temp_2fa', 'magic_link')),
    CONSTRAINT one_time_tokens_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES users (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX one_time_tokens_token_hash_unique ON one_time_tokens (token_hash);
CREATE INDEX one_time_tokens_user_idx ON one_time_tokens (organization_id, user_id, purpose);
CREATE INDEX one_time_tokens_expires_idx ON one_time_tokens (expires_at);

CREATE TABLE reset_requests (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    email        TEXT NOT NULL,
    user_id      TEXT,
    ip_address   TEXT,
    throttled    INTEGER NOT NULL DEFAULT 0 CHECK (throttled IN (0, 1)),
    requested_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (requested_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT reset_requests_user_id_fkey FOREIGN KEY (user_id)
        REFERENCES users (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX reset_requests_email_idx ON reset_requests (email, requested_at);
CREATE INDEX reset_requests_user_id_idx ON reset_requests (user_id);
CREATE INDEX reset_requests_requested_at_idx ON reset_requests (requested_at);

CREATE TABLE encryption_vaults (
    user_id             TEXT NOT NULL,
    organization_id     TEXT NOT NULL,
    wrapped_mk          TEXT,
    wrap_iv             TEXT,
    wrap_version        INTEGER NOT NULL DEFAULT 2,
    format_version      INTEGER NOT NULL DEFAULT 1,
    kek_id              TEXT NOT NULL DEFAULT 'env-v1',
    mk_check            TEXT,
    recovery_wrapped_mk TEXT,
    recovery_iv         TEXT,
    recovery_set_at     TEXT CHECK (recovery_set_at LIKE '____-__-__T__:__:__.___Z'),
    zero_knowledge      INTEGER NOT NULL DEFAULT 0 CHECK (zero_knowledge IN (0, 1)),
    created_at          TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    updated_at          TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (updated_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT encryption_vaults_pkey PRIMARY KEY (organization_id, user_id),
    CONSTRAINT encryption_vaults_has_wrap
        CHECK (wrapped_mk IS NOT NULL OR recovery_wrapped_mk IS NOT NULL),
    CONSTRAINT encryption_vaults_wrap_iv_pair
        CHECK ((wrapped_mk IS NULL) = (wrap_iv IS NULL)
            AND (recovery_wrapped_mk IS NULL) = (recovery_iv IS NULL)),
    CONSTRAINT encryption_vaults_zk_consistency
        CHECK (NOT zero_knowledge OR (wrapped_mk IS NULL AND recovery_wrapped_mk IS NOT NULL)),
    CONSTRAINT encryption_vaults_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES users (organization_id, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE step_up_challenges (
    id                 TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),
    organization_id    TEXT NOT NULL,
    user_id            TEXT NOT NULL,
    session_id         TEXT,
    purpose            TEXT NOT NULL,
    method             TEXT NOT NULL,
    code_hash          TEXT,
    context            TEXT CHECK (context IS NULL OR json_valid(context)),
    device_fingerprint TEXT,
    attempts           INTEGER NOT NULL DEFAULT 0,
    created_at         TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    expires_at         TEXT NOT NULL CHECK (expires_at LIKE '____-__-__T__:__:__.___Z'),
    satisfied_at       TEXT CHECK (satisfied_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT step_up_challenges_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT step_up_challenges_method_check
        CHECK (method IN ('totp', 'backup_code', 'email_otp')),
    CONSTRAINT step_up_challenges_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES users (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT step_up_challenges_session_fkey FOREIGN KEY (organization_id, session_id)
        REFERENCES sessions (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX step_up_challenges_user_idx
    ON step_up_challenges (organization_id, user_id, purpose);
CREATE INDEX step_up_challenges_session_idx
    ON step_up_challenges (organization_id, session_id);
CREATE INDEX step_up_challenges_expires_idx ON step_up_challenges (expires_at);

CREATE TABLE outbox (
    id              TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),
    organization_id TEXT NOT NULL,
    topic           TEXT NOT NULL,
    dedupe_key      TEXT,
    recipient       TEXT NOT NULL,
    payload_sealed  BLOB,
    ledger_id       INTEGER,
    status          TEXT NOT NULL DEFAULT 'pending',
    attempts        INTEGER NOT NULL DEFAULT 0,
    next_attempt_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (next_attempt_at LIKE '____-__-__T__:__:__.___Z'),
    locked_until    TEXT CHECK (locked_until LIKE '____-__-__T__:__:__.___Z'),
    last_error      TEXT,
    created_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    sent_at         TEXT CHECK (sent_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT outbox_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT outbox_topic_check CHECK (topic IN ('mail', 'webhook')),
    CONSTRAINT outbox_status_check
        CHECK (status IN ('pending', 'sending', 'sent', 'failed', 'cancelled')),
    CONSTRAINT outbox_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES organizations (id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX outbox_dedupe_key ON outbox (organization_id, dedupe_key);
CREATE INDEX outbox_due_idx ON outbox (status, next_attempt_at);

-- The ledger has no foreign keys: what happened stays when those it happened to are gone.
CREATE TABLE audit_ledger (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id TEXT NOT NULL DEFAULT 'system',
    v               INTEGER NOT NULL DEFAULT 1,
    created_at      TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    event_type      TEXT NOT NULL,
    outcome         TEXT NOT NULL,
    status          INTEGER,
    actor_id        TEXT,
    user_id         TEXT,
    session_id      TEXT,
    resource        TEXT,
    resource_id     TEXT,
    correlation_id  TEXT,
    details         TEXT NOT NULL DEFAULT '{}',
    ip_address      TEXT,
    user_agent      TEXT,
    email           TEXT,
    personal        TEXT,
    pii_salt        BLOB,
    pii_commitment  BLOB NOT NULL,
    CONSTRAINT audit_ledger_organization_key UNIQUE (organization_id, id),
    CONSTRAINT audit_ledger_outcome_check
        CHECK (outcome IN ('success', 'failure', 'denied', 'skipped')),
    CONSTRAINT audit_ledger_details_check CHECK (json_type(details) = 'object'),
    CONSTRAINT audit_ledger_personal_check CHECK (json_type(personal) = 'object')
) STRICT;
CREATE INDEX audit_ledger_created_idx ON audit_ledger (organization_id, created_at);
CREATE INDEX audit_ledger_user_idx ON audit_ledger (user_id, event_type);
CREATE INDEX audit_ledger_event_idx ON audit_ledger (event_type, created_at);

-- INSERT OR REPLACE removes the old row without firing triggers of DELETE.
CREATE TRIGGER audit_ledger_no_replace BEFORE INSERT ON audit_ledger
WHEN EXISTS (SELECT 1 FROM audit_ledger WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: replacing a row is refused');
END;
CREATE TRIGGER audit_ledger_no_update BEFORE UPDATE ON audit_ledger
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: UPDATE is refused');
END;
CREATE TRIGGER audit_ledger_no_delete BEFORE DELETE ON audit_ledger
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: DELETE is refused');
END;

-- `risk` has a part in details and one in personal: json_patch() merges them.
CREATE VIEW security_events AS
SELECT id, organization_id, user_id, event_type, ip_address, user_agent,
    json_patch(json_patch(details, coalesce(personal, '{}')),
        CASE WHEN email IS NULL THEN '{}' ELSE json_object('email', email) END) AS metadata,
    created_at
FROM audit_ledger;

CREATE VIEW audit_logs AS
SELECT id, organization_id, organization_id AS tenant_id, user_id, event_type AS action,
    resource, resource_id,
    json_patch(json_patch(details, coalesce(personal, '{}')),
        CASE WHEN email IS NULL THEN '{}' ELSE json_object('email', email) END) AS metadata,
    coalesce(personal -> '$.oldValue', details -> '$.oldValue') AS old_value,
    coalesce(personal -> '$.newValue', details -> '$.newValue') AS new_value,
    correlation_id, ip_address, user_agent, created_at
FROM audit_ledger;

CREATE VIEW encryption_vault_audit AS
SELECT id, user_id, lower(substr(event_type, 7)) AS action, status, ip_address AS ip, user_agent,
    details AS context, created_at
FROM audit_ledger
WHERE event_type IN ('VAULT_INIT', 'VAULT_FETCH', 'VAULT_ROTATE', 'VAULT_FAILED_FETCH',
    'VAULT_RECOVERY_SET', 'VAULT_RECOVERY_CLEAR', 'VAULT_ZK_ENABLE', 'VAULT_ZK_DISABLE');

-- Clean-up scripts may delete events; the ledger keeps its rows all the same.
CREATE TRIGGER security_events_delete INSTEAD OF DELETE ON security_events
BEGIN
    SELECT 1;
END;
CREATE TRIGGER security_events_insert INSTEAD OF INSERT ON security_events
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: INSERT on security_events is refused');
END;
CREATE TRIGGER security_events_update INSTEAD OF UPDATE ON security_events
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: UPDATE on security_events is refused');
END;
CREATE TRIGGER audit_logs_delete INSTEAD OF DELETE ON audit_logs
BEGIN
    SELECT 1;
END;
CREATE TRIGGER audit_logs_insert INSTEAD OF INSERT ON audit_logs
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: INSERT on audit_logs is refused');
END;
CREATE TRIGGER audit_logs_update INSTEAD OF UPDATE ON audit_logs
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: UPDATE on audit_logs is refused');
END;
CREATE TRIGGER encryption_vault_audit_delete INSTEAD OF DELETE ON encryption_vault_audit
BEGIN
    SELECT 1;
END;
CREATE TRIGGER encryption_vault_audit_insert INSTEAD OF INSERT ON encryption_vault_audit
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: INSERT on encryption_vault_audit is refused');
END;
CREATE TRIGGER encryption_vault_audit_update INSTEAD OF UPDATE ON encryption_vault_audit
BEGIN
    SELECT RAISE(ABORT, 'the audit ledger is append-only: UPDATE on encryption_vault_audit is refused');
END;

-- Read by the anomaly scorer and by people; written through to sessions.
CREATE VIEW user_sessions AS
SELECT s.id, s.organization_id AS tenant_id, s.user_id, s.user_id AS staff_id, s.session_version,
    s.ip_address, s.country, s.city, s.user_agent, s.device_fingerprint,
    (s.logged_out_at IS NULL AND s.revoked_at IS NULL
        AND s.expires_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
        AND s.absolute_expires_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
        AND EXISTS (SELECT 1 FROM users u
            WHERE u.organization_id = s.organization_id AND u.id = s.user_id
                AND u.session_version = s.session_version
                AND u.status = 'active' AND u.deleted_at IS NULL)) AS is_current,
    s.last_seen_at, s.revoked_at, s.revoke_reason, s.revoked_by, s.logged_out_at, s.expires_at,
    s.created_at
FROM sessions s;
CREATE TRIGGER user_sessions_delete INSTEAD OF DELETE ON user_sessions
BEGIN
    DELETE FROM sessions WHERE organization_id = OLD.tenant_id AND id = OLD.id;
END;
CREATE TRIGGER user_sessions_update INSTEAD OF UPDATE ON user_sessions
BEGIN
    UPDATE sessions SET
        id = NEW.id, organization_id = NEW.tenant_id,
        user_id = CASE WHEN NEW.staff_id IS NOT OLD.staff_id THEN NEW.staff_id ELSE NEW.user_id END,
        session_version = NEW.session_version, ip_address = NEW.ip_address, country = NEW.country,
        city = NEW.city, user_agent = NEW.user_agent, device_fingerprint = NEW.device_fingerprint,
        last_seen_at = NEW.last_seen_at, revoked_at = NEW.revoked_at,
        revoke_reason = NEW.revoke_reason, revoked_by = NEW.revoked_by,
        logged_out_at = NEW.logged_out_at, expires_at = NEW.expires_at, created_at = NEW.created_at
    WHERE organization_id = OLD.tenant_id AND id = OLD.id;
END;
CREATE TRIGGER user_sessions_insert INSTEAD OF INSERT ON user_sessions
BEGIN
    INSERT INTO sessions (id, organization_id, user_id, session_version, ip_address, country, city,
        user_agent, device_fingerprint, last_seen_at, revoked_at, revoke_reason, revoked_by,
        logged_out_at, expires_at, created_at)
    VALUES (coalesce(NEW.id, lower(hex(randomblob(16)))), NEW.tenant_id,
        coalesce(NEW.user_id, NEW.staff_id), coalesce(NEW.session_version, 1), NEW.ip_address,
        NEW.country, NEW.city, NEW.user_agent, NEW.device_fingerprint,
        coalesce(NEW.last_seen_at, strftime('%Y-%m-%dT%H:%M:%fZ', 'now')), NEW.revoked_at,
        NEW.revoke_reason, NEW.revoked_by, NEW.logged_out_at,
        coalesce(NEW.expires_at, strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+7 days')),
        coalesce(NEW.created_at, strftime('%Y-%m-%dT%H:%M:%fZ', 'now')));
END;

CREATE TABLE signing_keys (
    kid            TEXT NOT NULL,
    alg            TEXT NOT NULL,
    state          TEXT NOT NULL,
    public_jwk     TEXT NOT NULL CHECK (json_valid(public_jwk)),
    private_sealed BLOB,
    not_before     TEXT CHECK (not_before LIKE '____-__-__T__:__:__.___Z'),
    not_after      TEXT CHECK (not_after LIKE '____-__-__T__:__:__.___Z'),
    created_at     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT signing_keys_pkey PRIMARY KEY (kid),
    CONSTRAINT signing_keys_state_check
        CHECK (state IN ('published', 'signing', 'retiring', 'removed'))
) STRICT;

-- What each node has counted of a client address or another bucket, for the other nodes to add.
CREATE TABLE rate_counters (
    bucket       TEXT NOT NULL,
    node         TEXT NOT NULL,
    window_start TEXT NOT NULL CHECK (window_start LIKE '____-__-__T__:__:__.___Z'),
    count        INTEGER NOT NULL DEFAULT 0,
    updated_at   TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (updated_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT rate_counters_pkey PRIMARY KEY (bucket, window_start, node)
) STRICT;
CREATE INDEX rate_counters_updated_idx ON rate_counters (updated_at);

CREATE TABLE captured_mails (
    id           TEXT NOT NULL,
    message_id   TEXT NOT NULL,
    from_name    TEXT NOT NULL DEFAULT '',
    from_address TEXT NOT NULL,
    to_name      TEXT NOT NULL DEFAULT '',
    to_address   TEXT NOT NULL,
    subject      TEXT NOT NULL,
    text_part    TEXT NOT NULL DEFAULT '',
    html_part    TEXT NOT NULL DEFAULT '',
    raw          TEXT NOT NULL,
    was_read     INTEGER NOT NULL DEFAULT 0 CHECK (was_read IN (0, 1)),
    created_at   TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT captured_mails_pkey PRIMARY KEY (id)
) STRICT;
CREATE INDEX captured_mails_created_idx ON captured_mails (created_at);
