-- What may be done with an account, as text: `read:allow,write:ask`. NULL allows everything.
ALTER TABLE accounts ADD COLUMN policy TEXT;

-- Whether the call was made past the policy, and the script run that made it.
ALTER TABLE calls ADD COLUMN forced BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE calls ADD COLUMN run_id TEXT;

CREATE TABLE runs (
    id          TEXT PRIMARY KEY NOT NULL,
    tenant      TEXT NOT NULL REFERENCES tenants (id),
    caller      TEXT NOT NULL,
    account     TEXT,
    name        TEXT NOT NULL,
    outcome     TEXT NOT NULL,
    error_class TEXT,
    dry_run     BOOLEAN NOT NULL,
    calls       BIGINT NOT NULL,
    writes      BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    started_at  BIGINT NOT NULL,
    -- Output and results are customers' data.
    data_key    BLOB NOT NULL,
    record      BLOB NOT NULL
);

CREATE INDEX runs_by_time ON runs (tenant, started_at, id);
CREATE INDEX calls_by_run ON calls (tenant, run_id) WHERE run_id IS NOT NULL;
