-- Addresses of the operator's own that want to hear what happens to accounts.
CREATE TABLE webhook_endpoints (
    id               TEXT PRIMARY KEY NOT NULL,
    tenant           TEXT NOT NULL REFERENCES tenants (id),
    url              TEXT NOT NULL,
    -- The names of the events that are wanted, joined by commas. NULL: all.
    events           TEXT,
    enabled          BOOLEAN NOT NULL,
    data_key         BLOB NOT NULL,
    secret           BLOB NOT NULL,
    -- The secret before this one, which signs too for a while.
    old_secret       BLOB,
    old_secret_until BIGINT,
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL
);

CREATE INDEX webhook_endpoints_by_tenant ON webhook_endpoints (tenant);

-- What has to be told to whom, written in the transaction of what happened. Payloads hold no secrets.
CREATE TABLE webhook_deliveries (
    event_id        TEXT NOT NULL,
    endpoint_id     TEXT NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    tenant          TEXT NOT NULL REFERENCES tenants (id),
    -- No reference: an account's last event outlives it.
    account_id      TEXT,
    event           TEXT NOT NULL,
    payload         TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    -- NULL: it is delivered or given up.
    next_attempt_at BIGINT,
    give_up_at      BIGINT NOT NULL,
    attempts        BIGINT NOT NULL,
    last_status     BIGINT,
    last_error      TEXT,
    delivered_at    BIGINT,
    failed_at       BIGINT,
    -- The right to make the next attempt.
    lease_owner     TEXT,
    lease_until     BIGINT,
    PRIMARY KEY (event_id, endpoint_id)
);

CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (tenant, event_id);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (endpoint_id, account_id, event_id)
    WHERE next_attempt_at IS NOT NULL;
