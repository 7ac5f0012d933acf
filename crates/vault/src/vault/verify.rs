//! Saying who the person is that came back from consent.
//!
//! A link can be passed on: whoever opens it connects their own Close account, for somebody else's identifier.
//! An application that asks for verification is told, in its own session, when the browser comes back, and
//! answers with the identifier of that session. Promises that a credential counts only if the two are the same.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{Vault, ends_at};
use crate::identifiers::check_identifier;
use crate::random::{hash, token};
use crate::store::{AccountRecord, NewCredential, Verification, Verified};
use crate::{Account, AccountId, AccountStatus, Authorized, NextStep, TenantId, VaultError};

impl Vault {
    /// The application says that the person of `auth_request_id` is its user `identifier`. If the account is
    /// that user's, it is active from now on; if not, nothing changes and the request goes on waiting.
    pub async fn verify_user(
        &self,
        tenant: &TenantId,
        auth_request_id: &SecretString,
        identifier: &str,
    ) -> Result<Account, VaultError> {
        check_identifier(identifier)?;
        let unknown = || VaultError::not_found("the authorization request (it may be used already)");
        let now = self.inner.clock.now();
        match self.inner.store.verify(tenant, &hash(auth_request_id), identifier, now).await? {
            Verified::Connected(record) => {
                self.inner.rescheduled.notify_one();
                Ok(record.into_account())
            }
            Verified::Unknown => Err(unknown()),
            Verified::SomebodyElse => Err(VaultError::SomebodyElse { identifier: identifier.to_owned() }),
        }
    }

    pub(super) async fn hold(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        credential: NewCredential,
        verify_url: &str,
        state: Option<&str>,
    ) -> Result<Authorized, VaultError> {
        let mut url = Url::parse(verify_url).map_err(|_| no_address())?;
        let request = token()?;
        let held = Verification {
            tenant: tenant.clone(),
            account_id: id.clone(),
            credential,
            expires_at: ends_at(&self.inner.clock, self.inner.link_lifetime),
        };
        let now = self.inner.clock.now();
        let waiting = self.inner.store.hold(&hash(&request), &held, now).await?;
        let account = waiting.ok_or_else(|| super::missing_account(id))?.into_account();
        url.query_pairs_mut().append_pair("auth_request_id", request.expose_secret());
        if let Some(state) = state {
            url.query_pairs_mut().append_pair("state", state);
        }
        Ok(Authorized { account, next: NextStep::Verify(url) })
    }

    /// Forgets what nobody verified in time, and gives the grants back where no other grant could suffer by it.
    pub(super) async fn forget_unverified(&self, now: Timestamp) -> Result<(), VaultError> {
        for expired in self.inner.store.take_expired_verifications(now).await? {
            let Ok(record) = self.record(&expired.tenant, &expired.account_id).await else { continue };
            if record.account.status == AccountStatus::Active {
                continue;
            }
            let NewCredential { refresh_token, oauth_app_id, .. } = expired.credential;
            self.give_back_grant(&AccountRecord { refresh_token, oauth_app_id, ..record }).await;
        }
        Ok(())
    }
}

/// Where a browser may be sent: to a web page.
pub(super) fn check_verify_url(url: &Url) -> Result<(), VaultError> {
    if matches!(url.scheme(), "http" | "https") && url.has_host() { Ok(()) } else { Err(no_address()) }
}

fn no_address() -> VaultError {
    VaultError::InvalidAddress { what: "user verification", problem: "must start with https:// or http://" }
}
