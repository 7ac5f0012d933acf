//! Every SQL statement of the product, by name.
//!
//! Promises text that SQLite and PostgreSQL both take, and that a test prepares each one on a real database.

/// Declares named statements and the list of all of them.
macro_rules! statements {
    ($($(#[$meta:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$meta])* pub(super) const $name: &str = $text;)*

        /// All of them, for the test that prepares each.
        #[cfg(test)]
        pub(super) const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

macro_rules! accounts_where {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.tenant, a.connection_id, c.name AS connection, a.identifier, a.status, a.status_reason, ",
            "a.credential_kind, a.user_id, a.user_name, a.user_email, a.organization_id, a.organization_name, ",
            "a.token_expires_at, a.created_at, a.updated_at, a.last_used_at, a.data_key, a.access_token, ",
            "a.refresh_token, a.api_key, a.oauth_app_id, a.generation, a.refresh_failures, a.unsettled, ",
            "a.lease_owner, a.lease_until, a.policy, a.api_config ",
            "FROM accounts a JOIN connections c ON c.id = a.connection_id ",
            $rest
        )
    };
}

macro_rules! connections_where {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.tenant, c.name, c.api_url, c.authorize_url, c.token_url, c.revoke_url, c.oauth_app_id, ",
            "c.kind, c.enabled, c.created_at, c.updated_at, o.client_id, o.redirect_uri ",
            "FROM connections c LEFT JOIN oauth_apps o ON o.id = c.oauth_app_id ",
            $rest
        )
    };
}

macro_rules! calls_where {
    ($rest:literal) => {
        concat!(
            "SELECT id, tenant, caller, account_id, connection, identifier, tool, kind, outcome, error_class, ",
            "close_status, duration_ms, attempts, request_id, dry_run, forced, run_id, started_at FROM calls ",
            $rest
        )
    };
}

macro_rules! endpoints_where {
    ($rest:literal) => {
        concat!(
            "SELECT id, tenant, url, events, enabled, data_key, secret, old_secret, old_secret_until, created_at, ",
            "updated_at FROM webhook_endpoints ",
            $rest
        )
    };
}

macro_rules! deliveries_where {
    ($rest:literal) => {
        concat!(
            "SELECT event_id, endpoint_id, account_id, event, payload, created_at, next_attempt_at, attempts, ",
            "last_status, last_error, delivered_at, failed_at FROM webhook_deliveries ",
            $rest
        )
    };
}

/// Endpoints `e` of tenant `$2` that want events named `$4`.
macro_rules! wanted {
    () => {
        "e.tenant = $2 AND e.enabled AND (e.events IS NULL OR ',' || e.events || ',' LIKE '%,' || $4 || ',%')"
    };
}

/// Deliveries `d` to endpoints `e` that are still to be made. What happened to one account is told in order; an
/// event that was refused five times lets later ones pass.
macro_rules! to_deliver {
    () => {
        concat!(
            "FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id ",
            "WHERE d.next_attempt_at IS NOT NULL AND e.enabled AND NOT EXISTS (SELECT 1 FROM webhook_deliveries p ",
            "WHERE p.endpoint_id = d.endpoint_id AND p.account_id = d.account_id AND p.event_id < d.event_id ",
            "AND p.next_attempt_at IS NOT NULL AND p.attempts < 5) "
        )
    };
}

macro_rules! filtered {
    ($($rest:literal)?) => {
        concat!(
            // Names hold no `|`: taking the name out of the list changes the list if it is in there.
            "WHERE a.tenant = $1 AND (CAST($2 AS TEXT) IS NULL OR REPLACE($2, '|' || c.name || '|', '') <> $2) ",
            "AND (CAST($3 AS TEXT) IS NULL OR a.status = $3) ",
            "AND (CAST($4 AS TEXT) IS NULL OR LOWER(a.identifier) LIKE $4 ESCAPE '\\') ",
            "AND (CAST($5 AS TEXT) IS NULL OR a.identifier = $5) ",
            "AND (CAST($6 AS TEXT) IS NULL OR LOWER(a.identifier) LIKE $6 ESCAPE '\\' ",
            "OR LOWER(c.name) LIKE $6 ESCAPE '\\') ",
            $($rest)?
        )
    };
}

/// The beginning of a statement that records calls; the rows follow.
pub(super) const INSERT_CALLS: &str = "INSERT INTO calls (id, tenant, caller, account_id, connection, identifier, tool, kind, \
    outcome, error_class, close_status, duration_ms, attempts, request_id, dry_run, forced, run_id, started_at) ";

statements! {
    SET_META = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    META = "SELECT value FROM meta WHERE name = $1";

    INSERT_TENANT = "INSERT INTO tenants (id, created_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
    TENANTS = "SELECT id FROM tenants ORDER BY id";
    TENANT = "SELECT id FROM tenants WHERE id = $1";

    INSERT_CONNECTION = "INSERT INTO connections \
        (id, tenant, name, api_url, authorize_url, token_url, revoke_url, created_at, updated_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (tenant, name) DO NOTHING";
    CONNECTION = connections_where!("WHERE c.tenant = $1 AND c.name = $2");
    CONNECTIONS = connections_where!("WHERE c.tenant = $1 ORDER BY c.name");
    CONNECTION_BY_ID = connections_where!("WHERE c.tenant = $1 AND c.id = $2");
    SET_ENDPOINTS = "UPDATE connections SET api_url = $3, authorize_url = $4, token_url = $5, revoke_url = $6, \
        updated_at = $7 WHERE tenant = $1 AND id = $2";
    SET_KIND = "UPDATE connections SET kind = $3, updated_at = $4 WHERE tenant = $1 AND id = $2";
    SET_ENABLED = "UPDATE connections SET enabled = $3, updated_at = $4 WHERE tenant = $1 AND id = $2";
    DELETE_APPS_OF_CONNECTION = "DELETE FROM oauth_apps WHERE tenant = $1 AND connection_id = $2";
    FORGET_CONNECTION_APP = "UPDATE connections SET oauth_app_id = NULL WHERE tenant = $1 AND id = $2";
    DELETE_CONNECTION = "DELETE FROM connections WHERE tenant = $1 AND id = $2";
    COUNT_ACCOUNTS_OF_CONNECTION = "SELECT COUNT(*) FROM accounts WHERE tenant = $1 AND connection_id = $2";
    SET_CONNECTION_APP = "UPDATE connections SET oauth_app_id = $3, updated_at = $4 WHERE tenant = $1 AND id = $2";

    UPSERT_OAUTH_APP = "INSERT INTO oauth_apps \
        (id, tenant, connection_id, client_id, redirect_uri, data_key, client_secret, created_at, updated_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (id) DO UPDATE SET \
        redirect_uri = excluded.redirect_uri, data_key = excluded.data_key, \
        client_secret = excluded.client_secret, updated_at = excluded.updated_at";
    OAUTH_APP = "SELECT id, tenant, client_id, redirect_uri, data_key, client_secret FROM oauth_apps \
        WHERE tenant = $1 AND id = $2";

    INSERT_ACCOUNT = "INSERT INTO accounts (id, tenant, connection_id, identifier, status, credential_kind, \
        data_key, generation, refresh_failures, unsettled, created_at, updated_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, FALSE, $8, $8) \
        ON CONFLICT (connection_id, identifier) DO NOTHING";
    ACCOUNT = accounts_where!("WHERE a.tenant = $1 AND a.id = $2");
    ACCOUNT_ON_CONNECTION = accounts_where!("WHERE a.tenant = $1 AND c.name = $2 AND a.identifier = $3");
    ACCOUNTS_BY_IDENTIFIER =
        accounts_where!("WHERE a.tenant = $1 AND a.identifier = $2 ORDER BY c.name LIMIT 100");
    ACCOUNTS = concat!(
        accounts_where!(""),
        filtered!("AND (CAST($7 AS TEXT) IS NULL OR a.id > $7) ORDER BY a.id LIMIT $8")
    );
    ACCOUNTS_BEFORE = concat!(
        accounts_where!(""),
        filtered!("AND a.id < $7 ORDER BY a.id DESC LIMIT $8")
    );
    COUNT_ACCOUNTS = concat!(
        "SELECT COUNT(*) FROM accounts a JOIN connections c ON c.id = a.connection_id ",
        filtered!()
    );
    DELETE_ACCOUNT = "DELETE FROM accounts WHERE tenant = $1 AND id = $2";
    SET_IDENTITY = "UPDATE accounts SET user_id = $3, user_name = $4, user_email = $5, organization_id = $6, \
        organization_name = $7, updated_at = $8 WHERE tenant = $1 AND id = $2";
    SET_POLICY = "UPDATE accounts SET policy = $3, updated_at = $4 WHERE tenant = $1 AND id = $2";
    SET_API_CONFIG = "UPDATE accounts SET api_config = $3, updated_at = $4 WHERE tenant = $1 AND id = $2";
    TOUCH = "UPDATE accounts SET last_used_at = $3 WHERE tenant = $1 AND id = $2 \
        AND (last_used_at IS NULL OR last_used_at < $3)";

    /// Replaces all that hangs together on one row at once: state, credential, identity and schedule. Takes
    /// effect only on the generation that was read.
    SET_CREDENTIAL = "UPDATE accounts SET status = $4, status_reason = $5, credential_kind = $6, \
        access_token = $7, refresh_token = $8, api_key = $9, token_expires_at = $10, oauth_app_id = $11, \
        refresh_at = $12, generation = $13, user_id = $14, user_name = $15, user_email = $16, \
        organization_id = $17, organization_name = $18, updated_at = $19, refresh_failures = 0, \
        lease_owner = NULL, lease_until = NULL, unsettled = FALSE \
        WHERE tenant = $1 AND id = $2 AND generation = $3";

    /// Takes the right to refresh one generation of one account, if nobody holds it.
    TAKE_LEASE = "UPDATE accounts SET lease_owner = $4, lease_until = $5, unsettled = TRUE \
        WHERE tenant = $1 AND id = $2 AND generation = $3 AND status = 'ACTIVE' \
        AND (lease_owner IS NULL OR lease_until <= $6)";
    /// Gives the right back after a failure, with the time of the next attempt.
    RELEASE_LEASE = "UPDATE accounts SET lease_owner = NULL, lease_until = NULL, unsettled = $4, \
        refresh_failures = refresh_failures + 1, refresh_at = $5 \
        WHERE tenant = $1 AND id = $2 AND lease_owner = $3";
    DUE_REFRESHES = "SELECT tenant, id FROM accounts WHERE refresh_at IS NOT NULL AND refresh_at <= $1 \
        AND (lease_until IS NULL OR lease_until <= $1) ORDER BY refresh_at LIMIT $2";
    /// The moment the next account is due, or free of somebody's lease.
    NEXT_REFRESH = "SELECT MIN(CASE WHEN lease_until IS NOT NULL AND lease_until > refresh_at \
        THEN lease_until ELSE refresh_at END) AS next_refresh FROM accounts WHERE refresh_at IS NOT NULL";
    POSTPONE_REFRESH = "UPDATE accounts SET refresh_at = $3 \
        WHERE tenant = $1 AND id = $2 AND refresh_at IS NOT NULL AND refresh_at < $3";

    INSERT_LINK = "INSERT INTO authorization_links (token_hash, tenant, account_id, created_at, expires_at, \
        verify_url, app_state) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    /// Keeps the newest links of an account.
    TRIM_LINKS = "DELETE FROM authorization_links WHERE account_id = $1 AND token_hash NOT IN \
        (SELECT token_hash FROM authorization_links WHERE account_id = $1 \
        ORDER BY created_at DESC, expires_at DESC, token_hash LIMIT $2)";
    LINK = "SELECT tenant, account_id, expires_at, used_at, verify_url, app_state FROM authorization_links WHERE token_hash = $1";
    USE_LINK = "UPDATE authorization_links SET used_at = $2 \
        WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2";
    DELETE_LINKS_OF_ACCOUNT = "DELETE FROM authorization_links WHERE account_id = $1";
    DELETE_OLD_LINKS = "DELETE FROM authorization_links WHERE expires_at < $1";

    INSERT_AUTHORIZATION = "INSERT INTO authorizations (state_hash, tenant, account_id, oauth_app_id, link_hash, \
        code_verifier, created_at, expires_at, verify_url, app_state) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    AUTHORIZATION = "SELECT tenant, account_id, oauth_app_id, code_verifier, expires_at, used_at, verify_url, app_state \
        FROM authorizations WHERE state_hash = $1";
    /// Uses a state up, and with it the verifier.
    USE_AUTHORIZATION = "UPDATE authorizations SET used_at = $2, code_verifier = NULL WHERE state_hash = $1";
    DELETE_AUTHORIZATIONS_OF_ACCOUNT = "DELETE FROM authorizations WHERE account_id = $1";
    DELETE_OLD_AUTHORIZATIONS = "DELETE FROM authorizations WHERE expires_at < $1";

    INSERT_VERIFICATION = "INSERT INTO verifications (request_hash, tenant, account_id, credential_kind, \
        access_token, refresh_token, api_key, token_expires_at, oauth_app_id, refresh_at, user_id, user_name, \
        user_email, organization_id, organization_name, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    VERIFICATION = "SELECT tenant, account_id, credential_kind, access_token, refresh_token, api_key, \
        token_expires_at, oauth_app_id, refresh_at, user_id, user_name, user_email, organization_id, \
        organization_name, expires_at FROM verifications WHERE tenant = $1 AND request_hash = $2";
    EXPIRED_VERIFICATIONS = "SELECT tenant, account_id, credential_kind, access_token, refresh_token, api_key, \
        token_expires_at, oauth_app_id, refresh_at, user_id, user_name, user_email, organization_id, \
        organization_name, expires_at FROM verifications WHERE expires_at <= $1";
    /// Those that are no younger than the one that was verified.
    DELETE_VERIFICATIONS_UNTIL = "DELETE FROM verifications WHERE account_id = $1 AND expires_at <= $2";
    DELETE_VERIFICATIONS_OF_ACCOUNT = "DELETE FROM verifications WHERE account_id = $1";
    DELETE_OLD_VERIFICATIONS = "DELETE FROM verifications WHERE expires_at <= $1";

    INSERT_SIGNING_KEY = "INSERT INTO signing_keys (id, data_key, private_key, created_at) VALUES ($1, $2, $3, $4)";
    SIGNING_KEYS = "SELECT id, data_key, private_key, created_at FROM signing_keys ORDER BY created_at DESC, id DESC";
    /// Forgets the keys that were replaced before a moment.
    DELETE_OLD_SIGNING_KEYS = "DELETE FROM signing_keys WHERE created_at < \
        (SELECT MAX(n.created_at) FROM signing_keys n WHERE n.created_at <= $1)";

    INSERT_CLIENT = "INSERT INTO clients (id, tenant, name, created_at) VALUES ($1, $2, $3, $4)";
    CLIENT = "SELECT id, tenant, name, created_at FROM clients WHERE tenant = $1 AND id = $2";
    CLIENTS = "SELECT id, tenant, name, created_at FROM clients WHERE tenant = $1 ORDER BY id";
    INSERT_CLIENT_SECRET = "INSERT INTO client_secrets (id, client_id, hash, created_at) VALUES ($1, $2, $3, $4)";
    /// Every secret that a client may show at a moment.
    PRESENTABLE_SECRETS = "SELECT c.id, c.tenant, c.name, c.created_at, s.id AS secret_id, s.hash, s.expires_at \
        FROM clients c JOIN client_secrets s ON s.client_id = c.id \
        WHERE c.id = $1 AND (s.expires_at IS NULL OR s.expires_at > $2)";
    CLIENT_SECRETS = "SELECT id, created_at, expires_at FROM client_secrets WHERE client_id = $1 \
        ORDER BY created_at, id";
    END_CLIENT_SECRETS = "UPDATE client_secrets SET expires_at = $2 \
        WHERE client_id = $1 AND (expires_at IS NULL OR expires_at > $2)";
    DELETE_OLD_CLIENT_SECRETS = "DELETE FROM client_secrets WHERE expires_at IS NOT NULL AND expires_at <= $1";
    DELETE_CLIENT = "DELETE FROM clients WHERE tenant = $1 AND id = $2";

    CALLS = calls_where!("WHERE tenant = $1 ORDER BY started_at DESC, id DESC LIMIT $2");
    CALLS_BEFORE = calls_where!(
        "WHERE tenant = $1 AND (started_at, id) < \
         (SELECT b.started_at, b.id FROM calls b WHERE b.tenant = $1 AND b.id = $3) \
         ORDER BY started_at DESC, id DESC LIMIT $2"
    );
    DELETE_OLD_CALLS = "DELETE FROM calls WHERE started_at < $1";

    INSERT_ENDPOINT = "INSERT INTO webhook_endpoints (id, tenant, url, events, enabled, data_key, secret, \
        created_at, updated_at) VALUES ($1, $2, $3, $4, TRUE, $5, $6, $7, $7)";
    ENDPOINT = endpoints_where!("WHERE tenant = $1 AND id = $2");
    ENDPOINTS = endpoints_where!("WHERE tenant = $1 ORDER BY id");
    ENABLE_ENDPOINT = "UPDATE webhook_endpoints SET enabled = $3, updated_at = $4 WHERE tenant = $1 AND id = $2";
    ROTATE_ENDPOINT = "UPDATE webhook_endpoints SET old_secret = secret, old_secret_until = $3, secret = $4, \
        updated_at = $5 WHERE tenant = $1 AND id = $2";
    DELETE_ENDPOINT = "DELETE FROM webhook_endpoints WHERE tenant = $1 AND id = $2";
    IS_WANTED = concat!("SELECT EXISTS (SELECT 1 FROM webhook_endpoints e WHERE $1 = $1 AND $3 = $3 AND ", wanted!(), ")");
    POST_EVENT = concat!(
        "INSERT INTO webhook_deliveries (event_id, endpoint_id, tenant, account_id, event, payload, created_at, ",
        "next_attempt_at, give_up_at, attempts) SELECT $1, e.id, e.tenant, $3, $4, $5, $6, $6, $7, 0 ",
        "FROM webhook_endpoints e WHERE ", wanted!()
    );
    /// One event for one endpoint, whatever it wants to hear otherwise.
    POST_TEST = "INSERT INTO webhook_deliveries (event_id, endpoint_id, tenant, event, payload, created_at, \
        next_attempt_at, give_up_at, attempts) VALUES ($1, $2, $3, $4, $5, $6, $6, $7, 0)";
    DELIVERIES = deliveries_where!("WHERE tenant = $1 ORDER BY event_id DESC, endpoint_id LIMIT $2");
    DELIVERIES_OF_EVENT = deliveries_where!("WHERE tenant = $1 AND event_id = $2 ORDER BY endpoint_id");
    REDELIVER = "UPDATE webhook_deliveries SET next_attempt_at = $4, give_up_at = $5, attempts = 0, \
        delivered_at = NULL, failed_at = NULL, lease_owner = NULL, lease_until = NULL \
        WHERE tenant = $1 AND event_id = $2 AND (CAST($3 AS TEXT) IS NULL OR endpoint_id = $3)";
    /// What is due, so that a few are under way to each endpoint: one that does not answer must not keep all
    /// others waiting.
    DUE_DELIVERIES = concat!(
        "SELECT * FROM (SELECT d.event_id, d.endpoint_id, d.tenant, d.event, d.payload, d.attempts, d.give_up_at, ",
        "e.url, e.data_key, e.secret, e.old_secret, e.old_secret_until, ROW_NUMBER() OVER ",
        "(PARTITION BY d.endpoint_id ORDER BY CASE WHEN d.lease_until > $1 THEN 0 ELSE 1 END, d.next_attempt_at, ",
        "d.event_id) AS turn, d.lease_until ",
        to_deliver!(),
        "AND d.next_attempt_at <= $1) AS due ",
        "WHERE turn <= $2 AND (lease_until IS NULL OR lease_until <= $1) ORDER BY turn, event_id LIMIT $3"
    );
    CLAIM_DELIVERY = "UPDATE webhook_deliveries SET lease_owner = $3, lease_until = $4, attempts = attempts + 1 \
        WHERE event_id = $1 AND endpoint_id = $2";
    /// How an attempt ended. That it was delivered counts even if the right to try went to somebody else.
    SETTLE_DELIVERY = "UPDATE webhook_deliveries SET lease_owner = NULL, lease_until = NULL, last_status = $4, \
        last_error = $5, next_attempt_at = $6, delivered_at = $7, failed_at = $8 \
        WHERE event_id = $1 AND endpoint_id = $2 AND (lease_owner = $3 OR CAST($7 AS BIGINT) IS NOT NULL)";
    /// The moment the next delivery is due, or free of somebody's lease.
    NEXT_DELIVERY = concat!(
        "SELECT MIN(CASE WHEN d.lease_until IS NOT NULL AND d.lease_until > d.next_attempt_at ",
        "THEN d.lease_until ELSE d.next_attempt_at END) AS next_delivery ",
        to_deliver!()
    );
    DELETE_OLD_DELIVERIES = "DELETE FROM webhook_deliveries WHERE created_at < $1";

    INSERT_RUN = "INSERT INTO runs (id, tenant, caller, account, name, outcome, error_class, dry_run, calls, \
        writes, duration_ms, started_at, data_key, record) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    RUNS = "SELECT id, caller, account, name, outcome, error_class, dry_run, calls, writes, duration_ms, started_at \
        FROM runs WHERE tenant = $1 ORDER BY started_at DESC, id DESC LIMIT $2";
    RUN = "SELECT id, caller, account, name, outcome, error_class, dry_run, calls, writes, duration_ms, started_at, \
        data_key, record FROM runs WHERE tenant = $1 AND id = $2";
    DELETE_OLD_RUNS = "DELETE FROM runs WHERE started_at < $1";
}
