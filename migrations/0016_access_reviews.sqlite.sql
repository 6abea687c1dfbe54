-- Campaigns in which an organization reviews who may do what: the population as it was when one
-- began, and what was decided about each (SQLite). Outsiders who may be gone are named, not
-- referred to.

CREATE TABLE access_reviews (
    id              TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    name            TEXT NOT NULL,
    created_by      TEXT NOT NULL,
    created_at      TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
    signed_off_by   TEXT,
    signed_off_at   TEXT CHECK (signed_off_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT access_reviews_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT access_reviews_id_key UNIQUE (id),
    CONSTRAINT access_reviews_signed_check CHECK ((signed_off_by IS NULL) = (signed_off_at IS NULL)),
    CONSTRAINT access_reviews_organization_fkey FOREIGN KEY (organization_id)
        REFERENCES organizations (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX access_reviews_created_idx ON access_reviews (organization_id, created_at, id);

CREATE TABLE access_review_items (
    organization_id TEXT NOT NULL,
    review_id       TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    role            TEXT NOT NULL,
    status          TEXT NOT NULL,
    custom_role_id  TEXT,
    custom_role     TEXT,
    permissions     TEXT NOT NULL,
    decision        TEXT,
    reason          TEXT,
    decided_by      TEXT,
    decided_at      TEXT CHECK (decided_at LIKE '____-__-__T__:__:__.___Z'),
    CONSTRAINT access_review_items_pkey PRIMARY KEY (organization_id, review_id, user_id),
    CONSTRAINT access_review_items_decision_check CHECK (decision IN ('keep', 'revoke')),
    CONSTRAINT access_review_items_decided_check CHECK ((decision IS NULL) = (reason IS NULL)
        AND (decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL)),
    CONSTRAINT access_review_items_review_fkey FOREIGN KEY (organization_id, review_id)
        REFERENCES access_reviews (organization_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX access_review_items_user_idx ON access_review_items (organization_id, user_id);
