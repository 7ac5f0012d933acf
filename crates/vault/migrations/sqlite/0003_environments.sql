-- A client may have two secrets for a while: the one it uses and the one it is being moved to.
CREATE TABLE client_secrets (
    id         TEXT PRIMARY KEY NOT NULL,
    client_id  TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    hash       BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    -- NULL: until it is replaced or removed.
    expires_at BIGINT
);

CREATE INDEX client_secrets_by_client ON client_secrets (client_id);

INSERT INTO client_secrets (id, client_id, hash, created_at)
    SELECT 'cs_' || id, id, secret_hash, created_at FROM clients;

ALTER TABLE clients DROP COLUMN secret_hash;

-- What access tokens are signed with. The newest one signs; all are published.
CREATE TABLE signing_keys (
    id          TEXT PRIMARY KEY NOT NULL,
    data_key    BLOB NOT NULL,
    private_key BLOB NOT NULL,
    created_at  BIGINT NOT NULL
);

-- How people connect their accounts, and whether the connection may be used at all.
ALTER TABLE connections ADD COLUMN kind TEXT NOT NULL DEFAULT 'OAUTH';
ALTER TABLE connections ADD COLUMN enabled BOOLEAN NOT NULL DEFAULT TRUE;

-- What the application keeps with an account, as JSON. Nothing of ours reads it.
ALTER TABLE accounts ADD COLUMN api_config TEXT;

-- What the application wants to hear when the person comes back from consent.
ALTER TABLE authorization_links ADD COLUMN verify_url TEXT;
ALTER TABLE authorization_links ADD COLUMN app_state TEXT;
ALTER TABLE authorizations ADD COLUMN verify_url TEXT;
ALTER TABLE authorizations ADD COLUMN app_state TEXT;

-- Credentials that arrived and wait until the application has said that the right person brought them.
CREATE TABLE verifications (
    request_hash     BLOB PRIMARY KEY NOT NULL,
    tenant           TEXT NOT NULL,
    account_id       TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    credential_kind  TEXT NOT NULL,
    access_token     BLOB,
    refresh_token    BLOB,
    api_key          BLOB,
    token_expires_at BIGINT,
    oauth_app_id     TEXT REFERENCES oauth_apps (id),
    refresh_at       BIGINT,
    user_id          TEXT,
    user_name        TEXT,
    user_email       TEXT,
    organization_id  TEXT,
    organization_name TEXT,
    created_at       BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL
);

CREATE INDEX verifications_by_account ON verifications (account_id);
