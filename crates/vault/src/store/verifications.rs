//! Credentials that wait for the application's word.
//!
//! Promises that one of them is taken out by one caller, in the transaction that makes it the account's.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::credentials::{apply, read};
use super::outbox::post;
use super::rows::{account_id, credential_kind, identity, maybe_moment, moment, tenant};
use super::{AccountRecord, Change, NewCredential, Store, StoreError, statements};
use crate::status::Event;
use crate::webhooks::Occurrence;
use crate::{AccountId, CloseIdentity, CredentialKind, TenantId, WebhookEvent};

/// A credential that waits.
pub(crate) struct Verification {
    pub(crate) tenant: TenantId,
    pub(crate) account_id: AccountId,
    pub(crate) credential: NewCredential,
    pub(crate) expires_at: Timestamp,
}

/// What came of naming the person.
pub(crate) enum Verified {
    /// The credential is the account's now.
    Connected(Box<AccountRecord>),
    /// There is no such request (any more), or not in this tenant.
    Unknown,
    /// Somebody else's account was named; the request still waits.
    SomebodyElse,
}

impl Store {
    /// Holds a credential until it is verified, and marks the account as waiting unless it works meanwhile.
    pub(crate) async fn hold(
        &self,
        request_hash: &[u8],
        held: &Verification,
        now: Timestamp,
    ) -> Result<Option<AccountRecord>, StoreError> {
        let mut transaction = self.write().await?;
        let change = Change { event: Event::Consented, reason: None, credential: None, told: None };
        let Some(before) = read(&mut transaction, &held.tenant, &held.account_id).await? else {
            return Ok(None);
        };
        // The grant has arrived, whether or not it will count.
        if held.credential.kind == CredentialKind::OAuth {
            post(&mut transaction, Occurrence::new(WebhookEvent::OAuthSucceeded, &before.account), now)
                .await?;
        }
        let Some((record, _)) =
            apply(&mut transaction, &held.tenant, &held.account_id, None, change, now).await?
        else {
            return Ok(None);
        };
        let (credential, who) = (&held.credential, held.credential.identity.as_ref());
        sqlx::query(statements::INSERT_VERIFICATION)
            .bind(request_hash)
            .bind(held.tenant.as_str())
            .bind(held.account_id.as_str())
            .bind(credential.kind.as_str())
            .bind(&credential.access_token)
            .bind(&credential.refresh_token)
            .bind(&credential.api_key)
            .bind(credential.token_expires_at.map(Timestamp::as_microsecond))
            .bind(&credential.oauth_app_id)
            .bind(credential.refresh_at.map(Timestamp::as_microsecond))
            .bind(who.and_then(|who| who.user_id.as_deref()))
            .bind(who.and_then(|who| who.user_name.as_deref()))
            .bind(who.and_then(|who| who.user_email.as_deref()))
            .bind(who.and_then(|who| who.organization_id.as_deref()))
            .bind(who.and_then(|who| who.organization_name.as_deref()))
            .bind(now.as_microsecond())
            .bind(held.expires_at.as_microsecond())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        self.posted.notify_one();
        self.recent.changed();
        Ok(Some(record))
    }

    /// Gives an account the credential that waits for it, if `identifier` is the account's.
    pub(crate) async fn verify(
        &self,
        tenant: &TenantId,
        request_hash: &[u8],
        identifier: &str,
        now: Timestamp,
    ) -> Result<Verified, StoreError> {
        let mut transaction = self.write().await?;
        let found: Option<SqliteRow> = sqlx::query(statements::VERIFICATION)
            .bind(tenant.as_str())
            .bind(request_hash)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(held) = found.as_ref().map(waiting).transpose()?.filter(|held| held.expires_at > now) else {
            return Ok(Verified::Unknown);
        };
        let Some(before) = read(&mut transaction, tenant, &held.account_id).await? else {
            return Ok(Verified::Unknown);
        };
        if before.account.identifier != identifier {
            return Ok(Verified::SomebodyElse);
        }
        // Older requests of the account have nothing to offer any more.
        sqlx::query(statements::DELETE_VERIFICATIONS_UNTIL)
            .bind(held.account_id.as_str())
            .bind(held.expires_at.as_microsecond())
            .execute(&mut *transaction)
            .await?;
        let change =
            Change { event: Event::Connected, reason: None, credential: Some(held.credential), told: None };
        let changed = apply(&mut transaction, tenant, &held.account_id, None, change, now).await?;
        transaction.commit().await?;
        self.posted.notify_one();
        self.recent.changed();
        Ok(changed.map_or(Verified::Unknown, |(record, _)| Verified::Connected(Box::new(record))))
    }

    /// Takes out the credentials whose time is over.
    pub(crate) async fn take_expired_verifications(
        &self,
        now: Timestamp,
    ) -> Result<Vec<Verification>, StoreError> {
        let mut transaction = self.write().await?;
        let rows: Vec<SqliteRow> = sqlx::query(statements::EXPIRED_VERIFICATIONS)
            .bind(now.as_microsecond())
            .fetch_all(&mut *transaction)
            .await?;
        let expired = rows.iter().map(waiting).collect::<Result<Vec<_>, _>>()?;
        sqlx::query(statements::DELETE_OLD_VERIFICATIONS)
            .bind(now.as_microsecond())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        self.recent.changed();
        Ok(expired)
    }
}

fn waiting(row: &SqliteRow) -> Result<Verification, sqlx::Error> {
    Ok(Verification {
        tenant: tenant(row)?,
        account_id: account_id(row, "account_id")?,
        credential: NewCredential {
            kind: credential_kind(row)?,
            access_token: row.try_get("access_token")?,
            refresh_token: row.try_get("refresh_token")?,
            api_key: row.try_get("api_key")?,
            token_expires_at: maybe_moment(row, "token_expires_at")?,
            oauth_app_id: row.try_get("oauth_app_id")?,
            refresh_at: maybe_moment(row, "refresh_at")?,
            identity: Some(identity(row)?).filter(|who| *who != CloseIdentity::default()),
        },
        expires_at: moment(row, "expires_at")?,
    })
}
