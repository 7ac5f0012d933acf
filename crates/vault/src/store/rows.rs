//! Rows as values: what a column holds, checked on the way out.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row};
use url::Url;

use crate::{
    Account, AccountId, CallRecord, ClientRecord, ClientSecret, CloseIdentity, Connection, ConnectionId,
    ConnectionKind, CredentialKind, Endpoints, OAuthAppSummary, Policy, TenantId,
};

/// An account with all its row holds; secrets are sealed.
#[derive(Clone)]
pub(crate) struct AccountRecord {
    /// Shared, because every call asks for it and none changes it.
    pub(crate) account: Arc<Account>,
    pub(crate) data_key: Vec<u8>,
    pub(crate) access_token: Option<Vec<u8>>,
    pub(crate) refresh_token: Option<Vec<u8>>,
    pub(crate) api_key: Option<Vec<u8>>,
    pub(crate) oauth_app_id: Option<String>,
    pub(crate) generation: u64,
    pub(crate) refresh_failures: u32,
    /// A refresh was begun and its end was never learned.
    pub(crate) unsettled: bool,
}

impl AccountRecord {
    /// The account alone.
    pub(crate) fn into_account(self) -> Account {
        Arc::unwrap_or_clone(self.account)
    }
}

/// A connection and which app it gives new grants to.
#[derive(Clone)]
pub(crate) struct ConnectionRecord {
    pub(crate) connection: Connection,
    pub(crate) oauth_app_id: Option<String>,
}

/// An OAuth app; its secret is sealed.
#[derive(Clone)]
pub(crate) struct OAuthAppRecord {
    pub(crate) id: String,
    pub(crate) tenant: TenantId,
    pub(crate) client_id: String,
    pub(crate) redirect_uri: Url,
    pub(crate) data_key: Vec<u8>,
    pub(crate) client_secret: Vec<u8>,
}

/// An API client and one of the secrets it may show.
pub(crate) struct PresentableSecret {
    pub(crate) client: ClientRecord,
    pub(crate) secret_id: String,
    pub(crate) hash: Vec<u8>,
}

/// A key that tokens are signed with, sealed.
pub(crate) struct SigningKeyRecord {
    pub(crate) id: String,
    pub(crate) data_key: Vec<u8>,
    pub(crate) private_key: Vec<u8>,
    pub(crate) created_at: Timestamp,
}

type Read<T> = Result<T, sqlx::Error>;

pub(super) fn damaged(error: impl std::error::Error + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::Decode(Box::new(error))
}

pub(super) fn moment(row: &SqliteRow, column: &str) -> Read<Timestamp> {
    Timestamp::from_microsecond(row.try_get(column)?).map_err(damaged)
}

pub(super) fn maybe_moment(row: &SqliteRow, column: &str) -> Read<Option<Timestamp>> {
    let micros: Option<i64> = row.try_get(column)?;
    micros.map(Timestamp::from_microsecond).transpose().map_err(damaged)
}

/// A number that is never negative and fits; stored as BIGINT.
pub(super) fn number<T: TryFrom<i64, Error: std::error::Error + Send + Sync + 'static>>(
    row: &SqliteRow,
    column: &str,
) -> Read<T> {
    T::try_from(row.try_get::<i64, _>(column)?).map_err(damaged)
}

pub(super) fn address(row: &SqliteRow, column: &str) -> Read<Url> {
    Url::parse(row.try_get(column)?).map_err(damaged)
}

pub(super) fn tenant(row: &SqliteRow) -> Read<TenantId> {
    TenantId::new(row.try_get::<String, _>("tenant")?).map_err(damaged)
}

pub(super) fn account_id(row: &SqliteRow, column: &str) -> Read<AccountId> {
    AccountId::new(row.try_get::<String, _>(column)?).map_err(damaged)
}

/// An account without a policy of its own may be used for everything; one with a policy that cannot be read, for
/// nothing.
fn policy(row: &SqliteRow) -> Read<Policy> {
    let text: Option<&str> = row.try_get("policy")?;
    text.map_or(Ok(Policy::ALLOW), |text| text.parse().map_err(damaged))
}

fn api_config(row: &SqliteRow) -> Read<Map<String, Value>> {
    let text: Option<&str> = row.try_get("api_config")?;
    text.map_or(Ok(Map::new()), |text| serde_json::from_str(text).map_err(damaged))
}

fn connection_kind(row: &SqliteRow) -> Read<ConnectionKind> {
    let text: &str = row.try_get("kind")?;
    [ConnectionKind::OAuth, ConnectionKind::ApiKey]
        .into_iter()
        .find(|kind| kind.as_str() == text)
        .ok_or_else(|| sqlx::Error::Decode("an unknown kind of connection".into()))
}

pub(super) fn identity(row: &SqliteRow) -> Read<CloseIdentity> {
    Ok(CloseIdentity {
        user_id: row.try_get("user_id")?,
        user_name: row.try_get("user_name")?,
        user_email: row.try_get("user_email")?,
        organization_id: row.try_get("organization_id")?,
        organization_name: row.try_get("organization_name")?,
    })
}

pub(super) fn credential_kind(row: &SqliteRow) -> Read<CredentialKind> {
    let text: &str = row.try_get("credential_kind")?;
    [CredentialKind::None, CredentialKind::OAuth, CredentialKind::ApiKey]
        .into_iter()
        .find(|kind| kind.as_str() == text)
        .ok_or_else(|| sqlx::Error::Decode("an unknown kind of credential".into()))
}

impl<'r> FromRow<'r, SqliteRow> for AccountRecord {
    fn from_row(row: &'r SqliteRow) -> Read<Self> {
        Ok(Self {
            account: Arc::new(Account {
                id: account_id(row, "id")?,
                tenant: tenant(row)?,
                connection: row.try_get("connection")?,
                connection_id: ConnectionId::new(row.try_get::<String, _>("connection_id")?)
                    .map_err(damaged)?,
                identifier: row.try_get("identifier")?,
                status: row.try_get::<&str, _>("status")?.parse().map_err(damaged)?,
                status_reason: row.try_get("status_reason")?,
                credential_kind: credential_kind(row)?,
                policy: policy(row)?,
                api_config: api_config(row)?,
                identity: identity(row)?,
                token_expires_at: maybe_moment(row, "token_expires_at")?,
                created_at: moment(row, "created_at")?,
                updated_at: moment(row, "updated_at")?,
                last_used_at: maybe_moment(row, "last_used_at")?,
            }),
            data_key: row.try_get("data_key")?,
            access_token: row.try_get("access_token")?,
            refresh_token: row.try_get("refresh_token")?,
            api_key: row.try_get("api_key")?,
            oauth_app_id: row.try_get("oauth_app_id")?,
            generation: number(row, "generation")?,
            refresh_failures: number(row, "refresh_failures")?,
            unsettled: row.try_get("unsettled")?,
        })
    }
}

impl<'r> FromRow<'r, SqliteRow> for ConnectionRecord {
    fn from_row(row: &'r SqliteRow) -> Read<Self> {
        let oauth_app_id: Option<String> = row.try_get("oauth_app_id")?;
        let oauth_app = match &oauth_app_id {
            Some(_) => Some(OAuthAppSummary {
                client_id: row.try_get("client_id")?,
                redirect_uri: address(row, "redirect_uri")?,
            }),
            None => None,
        };
        Ok(Self {
            connection: Connection {
                id: ConnectionId::new(row.try_get::<String, _>("id")?).map_err(damaged)?,
                tenant: tenant(row)?,
                name: row.try_get("name")?,
                endpoints: Endpoints {
                    api: address(row, "api_url")?,
                    authorize: address(row, "authorize_url")?,
                    token: address(row, "token_url")?,
                    revoke: address(row, "revoke_url")?,
                },
                oauth_app,
                kind: connection_kind(row)?,
                enabled: row.try_get("enabled")?,
                created_at: moment(row, "created_at")?,
                updated_at: moment(row, "updated_at")?,
            },
            oauth_app_id,
        })
    }
}

impl<'r> FromRow<'r, SqliteRow> for OAuthAppRecord {
    fn from_row(row: &'r SqliteRow) -> Read<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            tenant: tenant(row)?,
            client_id: row.try_get("client_id")?,
            redirect_uri: address(row, "redirect_uri")?,
            data_key: row.try_get("data_key")?,
            client_secret: row.try_get("client_secret")?,
        })
    }
}

impl<'r> FromRow<'r, SqliteRow> for ClientRecord {
    fn from_row(row: &'r SqliteRow) -> Read<Self> {
        Ok(Self {
            tenant: tenant(row)?,
            client_id: row.try_get("id")?,
            name: row.try_get("name")?,
            created_at: moment(row, "created_at")?,
        })
    }
}

impl<'r> FromRow<'r, SqliteRow> for PresentableSecret {
    fn from_row(row: &'r SqliteRow) -> Read<Self> {
        Ok(Self {
            client: ClientRecord::from_row(row)?,
            secret_id: row.try_get("secret_id")?,
            hash: row.try_get("hash")?,
        })
    }
}

impl<'r> FromRow<'r, SqliteRow> for ClientSecret {
    fn from_row(row: &'r SqliteRow) -> Read<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            created_at: moment(row, "created_at")?,
            expires_at: maybe_moment(row, "expires_at")?,
        })
    }
}

impl<'r> FromRow<'r, SqliteRow> for SigningKeyRecord {
    fn from_row(row: &'r SqliteRow) -> Read<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            data_key: row.try_get("data_key")?,
            private_key: row.try_get("private_key")?,
            created_at: moment(row, "created_at")?,
        })
    }
}

impl<'r> FromRow<'r, SqliteRow> for CallRecord {
    fn from_row(row: &'r SqliteRow) -> Read<Self> {
        let account: Option<String> = row.try_get("account_id")?;
        let close_status: Option<i64> = row.try_get("close_status")?;
        Ok(Self {
            id: row.try_get("id")?,
            tenant: tenant(row)?,
            caller: row.try_get("caller")?,
            account_id: account.map(AccountId::new).transpose().map_err(damaged)?,
            connection: row.try_get("connection")?,
            identifier: row.try_get("identifier")?,
            tool: row.try_get("tool")?,
            kind: row.try_get("kind")?,
            outcome: row.try_get("outcome")?,
            error_class: row.try_get("error_class")?,
            close_status: close_status.map(u16::try_from).transpose().map_err(damaged)?,
            duration_ms: number(row, "duration_ms")?,
            attempts: number(row, "attempts")?,
            request_id: row.try_get("request_id")?,
            dry_run: row.try_get("dry_run")?,
            forced: row.try_get("forced")?,
            run_id: row.try_get("run_id")?,
            started_at: moment(row, "started_at")?,
        })
    }
}
