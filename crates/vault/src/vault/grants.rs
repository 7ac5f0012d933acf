//! What an account's row holds, opened: its data key, its grant, the app the grant was given to.

use secrecy::SecretString;

use super::Vault;
use crate::oauth::AppCredentials;
use crate::seal::{DataKey, Field, Row};
use crate::status::Event;
use crate::store::{AccountRecord, Change, NewCredential, OAuthAppRecord};
use crate::{
    Account, AccountId, CloseIdentity, CredentialKind, Endpoints, TenantId, VaultError, WebhookEvent,
};

/// All it takes to refresh a grant or to give it back.
pub(crate) struct Grant {
    pub(crate) endpoints: Endpoints,
    pub(crate) app: AppCredentials,
    pub(crate) refresh_token: SecretString,
}

pub(crate) fn missing_account(id: &AccountId) -> VaultError {
    VaultError::not_found(format!("the connected account {id}"))
}

impl Vault {
    pub(crate) async fn record(
        &self,
        tenant: &TenantId,
        id: &AccountId,
    ) -> Result<AccountRecord, VaultError> {
        self.inner.store.account(tenant, id).await?.ok_or_else(|| missing_account(id))
    }

    pub(crate) fn account_key(&self, record: &AccountRecord) -> Result<DataKey, VaultError> {
        let row = Row::account(&record.account.tenant, &record.account.id);
        self.inner.master_key.data_key(row, &record.data_key)
    }

    pub(crate) fn open_app(&self, app: &OAuthAppRecord) -> Result<AppCredentials, VaultError> {
        let key = self.inner.master_key.data_key(Row::oauth_app(&app.tenant, &app.id), &app.data_key)?;
        Ok(AppCredentials {
            client_id: app.client_id.clone(),
            client_secret: key.open(Field::ClientSecret, &app.client_secret)?,
        })
    }

    /// The app with this id, of this account's connection.
    pub(crate) async fn app(&self, tenant: &TenantId, id: &str) -> Result<OAuthAppRecord, VaultError> {
        let found = self.inner.store.oauth_app(tenant, id).await?;
        found.ok_or_else(|| VaultError::not_found("the OAuth app of this grant"))
    }

    pub(crate) async fn endpoints(&self, record: &AccountRecord) -> Result<Endpoints, VaultError> {
        let tenant = &record.account.tenant;
        let found = self.inner.store.connection_by_id(tenant, &record.account.connection_id).await?;
        let found = found.ok_or_else(|| {
            VaultError::not_found(format!("the connection {:?}", record.account.connection))
        })?;
        Ok(found.connection.endpoints)
    }

    /// Seals an API key for an account's row.
    pub(crate) fn seal_api_key(
        &self,
        record: &AccountRecord,
        key: &SecretString,
        who: CloseIdentity,
    ) -> Result<NewCredential, VaultError> {
        Ok(NewCredential {
            api_key: Some(self.account_key(record)?.seal(Field::ApiKey, key)?),
            identity: Some(who),
            ..NewCredential::nothing(CredentialKind::ApiKey)
        })
    }

    /// Makes a credential the account's: it is active from now on. `told` is what webhooks hear besides.
    pub(crate) async fn connect(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        credential: NewCredential,
        told: Option<WebhookEvent>,
    ) -> Result<Account, VaultError> {
        let change = Change { event: Event::Connected, reason: None, credential: Some(credential), told };
        let now = self.inner.clock.now();
        let changed = self.inner.store.change(tenant, id, None, change, now).await?;
        self.inner.rescheduled.notify_one();
        Ok(changed.ok_or_else(|| missing_account(id))?.0.into_account())
    }

    /// Opens the grant of an account that has a refresh token.
    pub(crate) async fn open_grant(&self, record: &AccountRecord) -> Result<Grant, VaultError> {
        let (Some(app_id), Some(sealed)) = (&record.oauth_app_id, &record.refresh_token) else {
            return Err(VaultError::not_found("the refresh token of this account"));
        };
        let app = self.app(&record.account.tenant, app_id).await?;
        Ok(Grant {
            endpoints: self.endpoints(record).await?,
            app: self.open_app(&app)?,
            refresh_token: self.account_key(record)?.open(Field::RefreshToken, sealed)?,
        })
    }

    /// Gives the grant an account holds back to Close; in words, why that was not possible. An account without
    /// a refresh token has nothing to give back.
    pub(crate) async fn give_back_grant(&self, record: &AccountRecord) -> Option<String> {
        record.refresh_token.as_ref()?;
        let outcome = match self.open_grant(record).await {
            Ok(grant) => {
                self.inner.oauth.revoke(&grant.endpoints.revoke, &grant.app, &grant.refresh_token).await
            }
            Err(error) => Err(error.to_string()),
        };
        if let Err(problem) = &outcome {
            tracing::warn!(account = %record.account.id, problem, "a grant could not be given back to Close");
        }
        outcome.err()
    }

    /// Gives back a refresh token that came too late to be stored.
    pub(crate) async fn give_back(&self, record: &AccountRecord, refresh_token: &SecretString) {
        let outcome = match self.open_grant(record).await {
            Ok(grant) => self.inner.oauth.revoke(&grant.endpoints.revoke, &grant.app, refresh_token).await,
            Err(error) => Err(error.to_string()),
        };
        if let Err(problem) = outcome {
            tracing::warn!(account = %record.account.id, problem, "a grant nobody wants could not be given back");
        }
    }
}
