-- Campaigns in which an organization reviews who may do what: the population as it was when one
-- began, and what was decided about each (PostgreSQL). Outsiders who may be gone are named, not
-- referred to.

CREATE TABLE auth.access_reviews (
    id              text NOT NULL,
    organization_id text NOT NULL,
    name            text NOT NULL,
    created_by      text NOT NULL,
    created_at      timestamptz NOT NULL,
    signed_off_by   text,
    signed_off_at   timestamptz,
    CONSTRAINT access_reviews_pkey PRIMARY KEY (organization_id, id),
    CONSTRAINT access_reviews_id_key UNIQUE (id),
    CONSTRAINT access_reviews_signed_check CHECK ((signed_off_by IS NULL) = (signed_off_at IS NULL)),
    CONSTRAINT access_reviews_organization_fkey FOREIGN KEY (organization_id)
        REFERENCES auth.organizations (id) ON DELETE CASCADE
);
CREATE INDEX access_reviews_created_idx ON auth.access_reviews (organization_id, created_at, id);

CREATE TABLE auth.access_review_items (
    organization_id text NOT NULL,
    review_id       text NOT NULL,
    user_id         text NOT NULL,
    role            text NOT NULL,
    status          text NOT NULL,
    custom_role_id  text,
    custom_role     text,
    permissions     text NOT NULL,
    decision        text,
    reason          text,
    decided_by      text,
    decided_at      timestamptz,
    CONSTRAINT access_review_items_pkey PRIMARY KEY (organization_id, review_id, user_id),
    CONSTRAINT access_review_items_decision_check CHECK (decision IN ('keep', 'revoke')),
    CONSTRAINT access_review_items_decided_check CHECK ((decision IS NULL) = (reason IS NULL)
        AND (decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL)),
    CONSTRAINT access_review_items_review_fkey FOREIGN KEY (organization_id, review_id)
        REFERENCES auth.access_reviews (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX access_review_items_user_idx ON auth.access_review_items (organization_id, user_id);

ALTER TABLE auth.access_reviews ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.access_reviews
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);

ALTER TABLE auth.access_review_items ENABLE ROW LEVEL SECURITY;
CREATE POLICY organization_scope ON auth.access_review_items
    USING (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END)
    WITH CHECK (CASE WHEN current_setting('app.organization_id', true) = '*' THEN true
        ELSE organization_id = nullif(current_setting('app.organization_id', true), '') END);
