-- Moments are microseconds since 1970-01-01 UTC. Columns that hold sealed values are BLOB and end nowhere else.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY NOT NULL,
    value BLOB NOT NULL
);

CREATE TABLE tenants (
    id         TEXT PRIMARY KEY NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE connections (
    id            TEXT PRIMARY KEY NOT NULL,
    tenant        TEXT NOT NULL REFERENCES tenants (id),
    name          TEXT NOT NULL,
    api_url       TEXT NOT NULL,
    authorize_url TEXT NOT NULL,
    token_url     TEXT NOT NULL,
    revoke_url    TEXT NOT NULL,
    -- The app that new grants are given to; older grants keep the app they were given to.
    oauth_app_id  TEXT,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    UNIQUE (tenant, name)
);

CREATE TABLE oauth_apps (
    id            TEXT PRIMARY KEY NOT NULL,
    tenant        TEXT NOT NULL REFERENCES tenants (id),
    connection_id TEXT NOT NULL REFERENCES connections (id),
    client_id     TEXT NOT NULL,
    redirect_uri  TEXT NOT NULL,
    data_key      BLOB NOT NULL,
    client_secret BLOB NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    UNIQUE (connection_id, client_id)
);

CREATE TABLE accounts (
    id                TEXT PRIMARY KEY NOT NULL,
    tenant            TEXT NOT NULL REFERENCES tenants (id),
    connection_id     TEXT NOT NULL REFERENCES connections (id),
    identifier        TEXT NOT NULL,
    status            TEXT NOT NULL,
    status_reason     TEXT,
    credential_kind   TEXT NOT NULL,
    user_id           TEXT,
    user_name         TEXT,
    user_email        TEXT,
    organization_id   TEXT,
    organization_name TEXT,
    data_key          BLOB NOT NULL,
    access_token      BLOB,
    refresh_token     BLOB,
    api_key           BLOB,
    token_expires_at  BIGINT,
    oauth_app_id      TEXT REFERENCES oauth_apps (id),
    -- Counts the credentials this account has held: every store of a new one names the number it replaces.
    generation        BIGINT NOT NULL,
    -- When the background task looks at this account next; only active grants have one.
    refresh_at        BIGINT,
    refresh_failures  BIGINT NOT NULL,
    -- The right to refresh. `unsettled` stays set when a refresh was begun and its end was never learned.
    lease_owner       TEXT,
    lease_until       BIGINT,
    unsettled         BOOLEAN NOT NULL,
    created_at        BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL,
    last_used_at      BIGINT,
    UNIQUE (connection_id, identifier)
);

CREATE INDEX accounts_by_identifier ON accounts (tenant, identifier);
CREATE INDEX accounts_by_refresh ON accounts (refresh_at) WHERE refresh_at IS NOT NULL;

CREATE TABLE authorization_links (
    token_hash BLOB PRIMARY KEY NOT NULL,
    tenant     TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);

CREATE INDEX authorization_links_by_account ON authorization_links (account_id);

CREATE TABLE authorizations (
    state_hash    BLOB PRIMARY KEY NOT NULL,
    tenant        TEXT NOT NULL,
    account_id    TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    oauth_app_id  TEXT NOT NULL REFERENCES oauth_apps (id),
    link_hash     BLOB NOT NULL,
    code_verifier BLOB,
    created_at    BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    used_at       BIGINT
);

CREATE INDEX authorizations_by_account ON authorizations (account_id);

CREATE TABLE clients (
    id          TEXT PRIMARY KEY NOT NULL,
    tenant      TEXT NOT NULL REFERENCES tenants (id),
    name        TEXT NOT NULL,
    secret_hash BLOB NOT NULL,
    created_at  BIGINT NOT NULL
);

CREATE TABLE calls (
    id           TEXT PRIMARY KEY NOT NULL,
    tenant       TEXT NOT NULL REFERENCES tenants (id),
    caller       TEXT NOT NULL,
    account_id   TEXT,
    connection   TEXT,
    identifier   TEXT,
    tool         TEXT NOT NULL,
    kind         TEXT NOT NULL,
    outcome      TEXT NOT NULL,
    error_class  TEXT,
    close_status BIGINT,
    duration_ms  BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    request_id   TEXT,
    dry_run      BOOLEAN NOT NULL,
    started_at   BIGINT NOT NULL
);

CREATE INDEX calls_by_time ON calls (tenant, started_at, id);
