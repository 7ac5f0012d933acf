//! Changing what an account holds: state, credential and schedule in one step.
//!
//! Promises that a change takes effect on the generation it was meant for or not at all, and that the state
//! machine is asked first.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::outbox::post;
use super::{AccountRecord, Store, StoreError, statements};
use crate::status::Event;
use crate::webhooks::Occurrence;
use crate::{AccountId, CloseIdentity, CredentialKind, TenantId, WebhookEvent};

/// What happened to an account.
pub(crate) struct Change {
    pub(crate) event: Event,
    pub(crate) reason: Option<String>,
    /// The credential that arrived. Without one, what the account held is wiped.
    pub(crate) credential: Option<NewCredential>,
    /// What webhooks are told besides a new status.
    pub(crate) told: Option<WebhookEvent>,
}

/// A credential, sealed.
pub(crate) struct NewCredential {
    pub(crate) kind: CredentialKind,
    pub(crate) access_token: Option<Vec<u8>>,
    pub(crate) refresh_token: Option<Vec<u8>>,
    pub(crate) api_key: Option<Vec<u8>>,
    pub(crate) token_expires_at: Option<Timestamp>,
    pub(crate) oauth_app_id: Option<String>,
    pub(crate) refresh_at: Option<Timestamp>,
    /// Who it belongs to; `None` leaves what is known.
    pub(crate) identity: Option<CloseIdentity>,
}

impl Store {
    /// Applies a change to an account, if it still holds the credential of `generation` (`None`: whatever it
    /// holds). Returns the account as it is now, and whether the change was made; `None` if there is no account.
    pub(crate) async fn change(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        generation: Option<u64>,
        change: Change,
        now: Timestamp,
    ) -> Result<Option<(AccountRecord, bool)>, StoreError> {
        let mut transaction = self.write().await?;
        let changed = apply(&mut transaction, tenant, id, generation, change, now).await?;
        transaction.commit().await?;
        self.posted.notify_one();
        self.recent.changed();
        Ok(changed)
    }
}

/// Applies a change inside a transaction, as [`Store::change`] does.
pub(super) async fn apply(
    connection: &mut SqliteConnection,
    tenant: &TenantId,
    id: &AccountId,
    generation: Option<u64>,
    change: Change,
    now: Timestamp,
) -> Result<Option<(AccountRecord, bool)>, StoreError> {
    let Some(before) = read(&mut *connection, tenant, id).await? else { return Ok(None) };
    let next = before.account.status.after(change.event);
    let (Some(next), true) = (next, generation.is_none_or(|expected| expected == before.generation)) else {
        return Ok(Some((before, false)));
    };
    let old = before.generation;
    let ends = change.event == Event::Disconnected;
    // News about the present credential keeps its generation: should its last refresh turn out to have
    // succeeded after all, the new pair can still take its place.
    let new = if change.credential.is_some() || ends { old + 1 } else { old };
    let kept_kind = if ends { CredentialKind::None } else { before.account.credential_kind };
    let credential = change.credential.unwrap_or_else(|| NewCredential::nothing(kept_kind));
    let identity = credential.identity.as_ref().unwrap_or(&before.account.identity);
    sqlx::query(statements::SET_CREDENTIAL)
        .bind(tenant.as_str())
        .bind(id.as_str())
        .bind(old.cast_signed())
        .bind(next.as_str())
        .bind(change.reason)
        .bind(credential.kind.as_str())
        .bind(&credential.access_token)
        .bind(&credential.refresh_token)
        .bind(&credential.api_key)
        .bind(credential.token_expires_at.map(Timestamp::as_microsecond))
        .bind(&credential.oauth_app_id)
        .bind(credential.refresh_at.map(Timestamp::as_microsecond))
        .bind(new.cast_signed())
        .bind(identity.user_id.as_deref())
        .bind(identity.user_name.as_deref())
        .bind(identity.user_email.as_deref())
        .bind(identity.organization_id.as_deref())
        .bind(identity.organization_name.as_deref())
        .bind(now.as_microsecond())
        .execute(&mut *connection)
        .await?;
    if ends {
        for statement in [
            statements::DELETE_LINKS_OF_ACCOUNT,
            statements::DELETE_AUTHORIZATIONS_OF_ACCOUNT,
            statements::DELETE_VERIFICATIONS_OF_ACCOUNT,
        ] {
            sqlx::query(statement).bind(id.as_str()).execute(&mut *connection).await?;
        }
    }
    let Some(after) = read(&mut *connection, tenant, id).await? else { return Ok(None) };
    if let Some(event) = change.told {
        post(&mut *connection, Occurrence::new(event, &after.account), now).await?;
    }
    if after.account.status != before.account.status {
        let news = Occurrence {
            old_status: Some(before.account.status),
            ..Occurrence::new(WebhookEvent::StatusUpdated, &after.account)
        };
        post(&mut *connection, news, now).await?;
    }
    Ok(Some((after, true)))
}

impl NewCredential {
    pub(crate) fn nothing(kind: CredentialKind) -> Self {
        Self {
            kind,
            access_token: None,
            refresh_token: None,
            api_key: None,
            token_expires_at: None,
            oauth_app_id: None,
            refresh_at: None,
            identity: None,
        }
    }
}

/// Reads an account inside a transaction.
pub(super) async fn read(
    connection: &mut SqliteConnection,
    tenant: &TenantId,
    id: &AccountId,
) -> Result<Option<AccountRecord>, StoreError> {
    Ok(sqlx::query_as(statements::ACCOUNT)
        .bind(tenant.as_str())
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?)
}
