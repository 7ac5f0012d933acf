//! Authorization links and the flows begun with them: each is used once.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::credentials::read;
use super::outbox::post;
use super::rows::{account_id, maybe_moment, moment, tenant};
use super::{Store, StoreError, statements};
use crate::webhooks::Occurrence;
use crate::{AccountId, TenantId, WebhookEvent};

/// The newest links of an account work; older ones make room.
const LINKS_PER_ACCOUNT: i64 = 20;

/// A link as it was found.
pub(crate) struct LinkRecord {
    pub(crate) tenant: TenantId,
    pub(crate) account_id: AccountId,
    pub(crate) expires_at: Timestamp,
    pub(crate) used_at: Option<Timestamp>,
    pub(crate) after: AfterConsent,
}

/// What the application asked for when it asked for the link.
#[derive(Clone, Default)]
pub(crate) struct AfterConsent {
    /// Where the browser goes to have the person verified.
    pub(crate) verify_url: Option<String>,
    /// What it carries along there.
    pub(crate) state: Option<String>,
}

/// A flow to begin; the verifier is sealed.
pub(crate) struct NewAuthorization<'a> {
    pub(crate) state_hash: &'a [u8],
    pub(crate) oauth_app_id: &'a str,
    pub(crate) code_verifier: Vec<u8>,
    pub(crate) expires_at: Timestamp,
}

/// A link to store.
pub(crate) struct NewLink<'a> {
    pub(crate) token_hash: &'a [u8],
    pub(crate) after: &'a AfterConsent,
    pub(crate) expires_at: Timestamp,
}

/// What came of using a link.
pub(crate) enum LinkUse {
    /// It was good and is used up.
    Used,
    /// It was not; this is what was found, if anything.
    Unusable(Option<LinkRecord>),
}

/// A flow that came back, taken out for good.
pub(crate) struct TakenAuthorization {
    pub(crate) tenant: TenantId,
    pub(crate) account_id: AccountId,
    pub(crate) oauth_app_id: String,
    pub(crate) code_verifier: Vec<u8>,
    pub(crate) after: AfterConsent,
}

/// What came of presenting a state.
pub(crate) enum StateUse {
    /// It was good and is used up.
    Taken(TakenAuthorization),
    /// No flow has it.
    Unknown,
    /// It was presented before.
    Used,
    /// It came too late; it is used up too.
    Expired,
}

impl Store {
    pub(crate) async fn insert_link(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        link: &NewLink<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        sqlx::query(statements::INSERT_LINK)
            .bind(link.token_hash)
            .bind(tenant.as_str())
            .bind(id.as_str())
            .bind(now.as_microsecond())
            .bind(link.expires_at.as_microsecond())
            .bind(&link.after.verify_url)
            .bind(&link.after.state)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(statements::TRIM_LINKS)
            .bind(id.as_str())
            .bind(LINKS_PER_ACCOUNT)
            .execute(&mut *transaction)
            .await?;
        if let Some(record) = read(&mut transaction, tenant, id).await? {
            let news = Occurrence::new(WebhookEvent::MagicLinkGenerated, &record.account);
            post(&mut transaction, news, now).await?;
        }
        transaction.commit().await?;
        self.posted.notify_one();
        Ok(())
    }

    pub(crate) async fn link(&self, token_hash: &[u8]) -> Result<Option<LinkRecord>, StoreError> {
        let mut connection = self.reader.acquire().await?;
        read_link(&mut connection, token_hash).await
    }

    /// Uses a link up and begins a flow with it, both or neither; without one, only uses it up.
    pub(crate) async fn use_link(
        &self,
        token_hash: &[u8],
        link: &LinkRecord,
        new: Option<&NewAuthorization<'_>>,
        now: Timestamp,
    ) -> Result<LinkUse, StoreError> {
        let mut transaction = self.write().await?;
        let used = sqlx::query(statements::USE_LINK)
            .bind(token_hash)
            .bind(now.as_microsecond())
            .execute(&mut *transaction)
            .await?;
        if used.rows_affected() == 0 {
            return Ok(LinkUse::Unusable(read_link(&mut transaction, token_hash).await?));
        }
        if let Some(new) = new {
            sqlx::query(statements::INSERT_AUTHORIZATION)
                .bind(new.state_hash)
                .bind(link.tenant.as_str())
                .bind(link.account_id.as_str())
                .bind(new.oauth_app_id)
                .bind(token_hash)
                .bind(&new.code_verifier)
                .bind(now.as_microsecond())
                .bind(new.expires_at.as_microsecond())
                .bind(&link.after.verify_url)
                .bind(&link.after.state)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(LinkUse::Used)
    }

    /// Takes out the flow with this state. It can be taken once, whatever becomes of it.
    pub(crate) async fn take_authorization(
        &self,
        state_hash: &[u8],
        now: Timestamp,
    ) -> Result<StateUse, StoreError> {
        let mut transaction = self.write().await?;
        let found: Option<SqliteRow> =
            sqlx::query(statements::AUTHORIZATION).bind(state_hash).fetch_optional(&mut *transaction).await?;
        let Some(row) = found else { return Ok(StateUse::Unknown) };
        let verifier: Option<Vec<u8>> = row.try_get("code_verifier")?;
        let (None, Some(code_verifier)) = (maybe_moment(&row, "used_at")?, verifier) else {
            return Ok(StateUse::Used);
        };
        sqlx::query(statements::USE_AUTHORIZATION)
            .bind(state_hash)
            .bind(now.as_microsecond())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        if moment(&row, "expires_at")? <= now {
            return Ok(StateUse::Expired);
        }
        Ok(StateUse::Taken(TakenAuthorization {
            tenant: tenant(&row)?,
            account_id: account_id(&row, "account_id")?,
            oauth_app_id: row.try_get("oauth_app_id")?,
            code_verifier,
            after: after_consent(&row)?,
        }))
    }

    /// Forgets links and flows that ended before `before`.
    pub(crate) async fn delete_old_authorizations(&self, before: Timestamp) -> Result<(), StoreError> {
        for statement in [statements::DELETE_OLD_LINKS, statements::DELETE_OLD_AUTHORIZATIONS] {
            sqlx::query(statement).bind(before.as_microsecond()).execute(&self.writer).await?;
        }
        Ok(())
    }
}

async fn read_link(
    connection: &mut SqliteConnection,
    token_hash: &[u8],
) -> Result<Option<LinkRecord>, StoreError> {
    let row: Option<SqliteRow> =
        sqlx::query(statements::LINK).bind(token_hash).fetch_optional(connection).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(LinkRecord {
        tenant: tenant(&row)?,
        account_id: account_id(&row, "account_id")?,
        expires_at: moment(&row, "expires_at")?,
        used_at: maybe_moment(&row, "used_at")?,
        after: after_consent(&row)?,
    }))
}

fn after_consent(row: &SqliteRow) -> Result<AfterConsent, sqlx::Error> {
    Ok(AfterConsent { verify_url: row.try_get("verify_url")?, state: row.try_get("app_state")? })
}
