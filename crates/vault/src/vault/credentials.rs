//! Credentials for calls: handing them out, replacing them, believing bad news about them.

use std::time::Duration;

use super::Vault;
use super::grants::missing_account;
use crate::clock::later;
use crate::seal::Field;
use crate::status::Event;
use crate::store::{AccountRecord, Change};
use crate::{Account, AccountStatus, Credential, CredentialKind, VaultError};

/// `last_used_at` is no more precise than this, so that reading a lot does not mean writing a lot.
const TOUCH_EVERY: Duration = Duration::from_secs(60);
/// Longer reasons are cut.
const LONGEST_REASON: usize = 300;

/// The account, if it can be used.
pub(crate) fn active(record: AccountRecord) -> Result<AccountRecord, VaultError> {
    require_active(&record).map(|()| record)
}

fn require_active(record: &AccountRecord) -> Result<(), VaultError> {
    match record.account.status {
        AccountStatus::Active => Ok(()),
        status => Err(VaultError::AccountNotActive { status, reason: record.account.status_reason.clone() }),
    }
}

impl Vault {
    /// What to call Close with, as of now. A token that runs out within the leeway is refreshed first; should
    /// that fail while the token still works, it is used as it is.
    pub async fn credential(&self, account: &Account) -> Result<Credential, VaultError> {
        let found = self.inner.store.recent_account(&account.tenant, &account.id).await?;
        let record = found.as_deref().and_then(|found| found.first());
        let record = record.ok_or_else(|| missing_account(&account.id))?;
        require_active(record)?;
        self.usable(record).await
    }

    /// Close answered 401 to the credential of `generation`: returns a newer one, refreshing if nobody has. If
    /// Close refuses that one too, report it with [`mark_revoked`](Self::mark_revoked).
    pub async fn refresh_after_rejection(
        &self,
        account: &Account,
        generation: u64,
    ) -> Result<Credential, VaultError> {
        let record = active(self.record(&account.tenant, &account.id).await?)?;
        if record.generation > generation {
            return self.usable(&record).await;
        }
        if record.account.credential_kind == CredentialKind::ApiKey {
            let reason = "Close refuses the API key, and keys cannot be refreshed".to_owned();
            return Err(VaultError::RefreshFailed { reason, transient: false });
        }
        let newer = self.refresh(&account.tenant, &account.id, record.generation).await?;
        self.open_credential(&newer)
    }

    /// Close refuses the credential of `generation`, freshly refreshed or never refreshable: the account is
    /// revoked, for the reason given. Nothing happens if the account has a newer credential by now.
    pub async fn mark_revoked(
        &self,
        account: &Account,
        generation: u64,
        reason: &str,
    ) -> Result<Account, VaultError> {
        let reason: String =
            reason.chars().filter(|letter| !letter.is_control()).take(LONGEST_REASON).collect();
        let change = Change { event: Event::Rejected, reason: Some(reason), credential: None, told: None };
        let now = self.inner.clock.now();
        let changed =
            self.inner.store.change(&account.tenant, &account.id, Some(generation), change, now).await?;
        Ok(changed.ok_or_else(|| missing_account(&account.id))?.0.into_account())
    }

    /// Close refuses the API key of `generation`.
    pub async fn mark_api_key_rejected(
        &self,
        account: &Account,
        generation: u64,
    ) -> Result<Account, VaultError> {
        self.mark_revoked(
            account,
            generation,
            "Close refused the API key: it was deleted, or was never valid",
        )
        .await
    }

    /// Notes that a call has used the account.
    pub async fn touch(&self, account: &Account) -> Result<(), VaultError> {
        let now = self.inner.clock.now();
        if account.last_used_at.is_some_and(|used| later(used, TOUCH_EVERY) > now) {
            return Ok(());
        }
        Ok(Box::pin(self.inner.store.touch(&account.tenant, &account.id, now)).await?)
    }

    async fn usable(&self, record: &AccountRecord) -> Result<Credential, VaultError> {
        let now = self.inner.clock.now();
        let runs_out = record.account.token_expires_at;
        // A token that cannot be replaced is used to its end.
        let leeway = if record.refresh_token.is_some() { self.inner.refresh.leeway } else { Duration::ZERO };
        if runs_out.is_none_or(|moment| moment > later(now, leeway)) {
            return self.open_credential(record);
        }
        let (tenant, id) = (&record.account.tenant, &record.account.id);
        match Box::pin(self.refresh(tenant, id, record.generation)).await {
            Ok(newer) => self.open_credential(&newer),
            Err(VaultError::RefreshFailed { .. }) if runs_out.is_some_and(|moment| moment > now) => {
                self.open_credential(record)
            }
            Err(error) => Err(error),
        }
    }

    fn open_credential(&self, record: &AccountRecord) -> Result<Credential, VaultError> {
        let key = self.account_key(record)?;
        let generation = record.generation;
        match (&record.access_token, &record.api_key) {
            (Some(sealed), _) => {
                Ok(Credential::Bearer { token: key.open(Field::AccessToken, sealed)?, generation })
            }
            (None, Some(sealed)) => {
                Ok(Credential::ApiKey { key: key.open(Field::ApiKey, sealed)?, generation })
            }
            (None, None) => Err(VaultError::not_found("the credential of this account")),
        }
    }
}
