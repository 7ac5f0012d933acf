//! Refreshing a grant: one at a time, stored before used.
//!
//! The steps, and what each is for:
//!
//! 1. Enter the account's gate: within this process, everybody else waits here.
//! 2. Take the lease on the generation that was read: among all processes that share the database, everybody
//!    else sees it held. If the generation has changed meanwhile, somebody was faster: use what is there.
//! 3. Ask Close. From here on the work runs to its end even if whoever asked for it goes away.
//! 4. Store the new pair under the next generation. Only then is it handed out.
//!
//! A refusal is believed only if the generation is still the one that was refused. It leaves the calls to Close
//! to [`oauth`](crate::oauth) and what to do with a credential to its callers.

mod background;
mod gates;
mod observer;
mod schedule;

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

pub(crate) use gates::Gates;
pub use observer::{RefreshObserver, RefreshOutcome};

use crate::clock::later;
use crate::oauth::{TokenFailure, Tokens};
use crate::seal::Field;
use crate::status::Event;
use crate::store::{AccountRecord, Change, Lease, NewCredential, RefreshFailure};
use crate::vault::{Vault, active, missing_account};
use crate::{AccountId, CloseIdentity, CredentialKind, TenantId, VaultError, WebhookEvent};

/// How often to look whether another process is done.
const POLL: Duration = Duration::from_millis(100);
/// How often to try to store a pair that Close has given out already, and how long to wait in between.
const STORE_ATTEMPTS: u32 = 5;
const STORE_PAUSE: Duration = Duration::from_millis(200);

const RAN_OUT: &str = "the access token no longer works, and the grant came without a refresh token";
const REFUSED: &str =
    "Close answered invalid_grant: the grant was revoked, or its refresh token was used elsewhere";
const REFUSED_AFTER_INTERRUPTION: &str = "Close answered invalid_grant after an earlier refresh whose answer was lost: \
     the refresh token was used up by it";

/// Why a refresh brought nothing.
enum Trouble {
    /// Close gave nothing.
    Close(TokenFailure),
    /// We could not even ask.
    Here(VaultError),
}

impl Vault {
    /// Replaces the grant of `generation` by a new one, or finds that it has been replaced. Returns the account
    /// with a usable credential of a later generation.
    pub(crate) async fn refresh(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        generation: u64,
    ) -> Result<AccountRecord, VaultError> {
        let (vault, tenant, id) = (self.clone(), tenant.clone(), id.clone());
        self.to_the_end(async move { vault.refresh_in_turn(&tenant, &id, generation).await }).await
    }

    async fn refresh_in_turn(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        generation: u64,
    ) -> Result<AccountRecord, VaultError> {
        let asked = Instant::now();
        let mut turn = self.inner.gates.enter(id).await;
        if let Some(failure) = turn.as_ref().filter(|failure| failure.at > asked) {
            let (reason, transient) = (failure.reason.clone(), failure.transient);
            return Err(VaultError::RefreshFailed { reason, transient });
        }
        let outcome = self.refresh_with_lease(tenant, id, generation).await;
        if let Err(VaultError::RefreshFailed { reason, transient }) = &outcome {
            *turn =
                Some(gates::Failure { at: Instant::now(), reason: reason.clone(), transient: *transient });
        }
        outcome
    }

    async fn refresh_with_lease(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        generation: u64,
    ) -> Result<AccountRecord, VaultError> {
        let patience = Instant::now() + self.inner.lease;
        loop {
            let now = self.inner.clock.now();
            let until = later(now, self.inner.lease);
            let store = &self.inner.store;
            match store.take_lease(tenant, id, generation, &self.inner.instance, now, until).await? {
                Lease::Taken(record) => {
                    let result = self.refresh_record(record, until).await;
                    if let Some(observer) = &self.inner.refresh.observer {
                        observer.refreshed(RefreshOutcome::of(&result));
                    }
                    return result;
                }
                Lease::Changed(record) => return active(record),
                Lease::Gone => return Err(missing_account(id)),
                Lease::Held if Instant::now() < patience => tokio::time::sleep(POLL).await,
                Lease::Held => {
                    let reason = "another process is refreshing it and does not come to an end".to_owned();
                    return Err(VaultError::RefreshFailed { reason, transient: true });
                }
            }
        }
    }

    /// The lease is ours until `until`.
    async fn refresh_record(
        &self,
        record: AccountRecord,
        until: Timestamp,
    ) -> Result<AccountRecord, VaultError> {
        if record.refresh_token.is_none() {
            return self.conclude(&record, Event::RanOut, RAN_OUT).await;
        }
        match self.ask_close(&record, until).await {
            Ok(tokens) => {
                tracing::debug!(account = %record.account.id, "Close gave a new pair of tokens");
                self.keep(&record, tokens).await
            }
            Err(Trouble::Close(TokenFailure::InvalidGrant)) => {
                let reason = if record.unsettled { REFUSED_AFTER_INTERRUPTION } else { REFUSED };
                self.conclude(&record, Event::Rejected, reason).await
            }
            Err(trouble) => Err(self.give_up(&record, trouble).await),
        }
    }

    async fn ask_close(&self, record: &AccountRecord, until: Timestamp) -> Result<Tokens, Trouble> {
        let grant = self.open_grant(record).await.map_err(Trouble::Here)?;
        // A process that was stopped since it took the lease must not ask any more: somebody else may be asking.
        if later(self.inner.clock.now(), self.inner.lease / 2) > until {
            return Err(Trouble::Close(TokenFailure::Unavailable {
                reason: "this process was stopped for too long".to_owned(),
                may_have_acted: false,
            }));
        }
        let answer = self.inner.oauth.refresh(&grant.endpoints.token, &grant.app, &grant.refresh_token).await;
        answer.map_err(Trouble::Close)
    }

    /// Stores what Close gave. Until this is done the new pair exists nowhere else.
    async fn keep(&self, record: &AccountRecord, tokens: Tokens) -> Result<AccountRecord, VaultError> {
        let (tenant, id) = (&record.account.tenant, &record.account.id);
        let told = Some(WebhookEvent::TokenRefreshSucceeded);
        let mut attempt = 1;
        let stored = loop {
            let credential = self.seal_tokens(record, &tokens, record.oauth_app_id.clone())?;
            let change = Change { event: Event::Connected, reason: None, credential: Some(credential), told };
            let now = self.inner.clock.now();
            match self.inner.store.change(tenant, id, Some(record.generation), change, now).await {
                Err(error) if attempt < STORE_ATTEMPTS => {
                    tracing::warn!(account = %id, %error, attempt, "a refreshed grant could not be stored; trying again");
                    attempt += 1;
                    tokio::time::sleep(STORE_PAUSE * attempt).await;
                }
                outcome => break outcome,
            }
        };
        if let Err(error) = &stored {
            tracing::error!(account = %id, %error, "a refreshed grant could not be stored and is lost");
        }
        match stored? {
            Some((newer, true)) => {
                self.inner.rescheduled.notify_one();
                Ok(newer)
            }
            // The account was disconnected or connected anew while Close answered: nobody may use this pair. It is
            // given back, unless a newer grant is in place: nobody says that revoking the one leaves the other.
            replaced => {
                let regranted = replaced
                    .as_ref()
                    .is_some_and(|(present, _)| present.account.credential_kind == CredentialKind::OAuth);
                if let Some(unwanted) = tokens.refresh_token.as_ref().filter(|_| !regranted) {
                    self.give_back(record, unwanted).await;
                }
                replaced.map_or_else(|| Err(missing_account(id)), |(present, _)| active(present))
            }
        }
    }

    /// Believes bad news about the generation it concerns; if that has been replaced, the news is old.
    async fn conclude(
        &self,
        record: &AccountRecord,
        event: Event,
        reason: &str,
    ) -> Result<AccountRecord, VaultError> {
        let (tenant, id) = (&record.account.tenant, &record.account.id);
        let told = Some(WebhookEvent::TokenRefreshFailed);
        let change = Change { event, reason: Some(reason.to_owned()), credential: None, told };
        let now = self.inner.clock.now();
        match self.inner.store.change(tenant, id, Some(record.generation), change, now).await? {
            None => Err(missing_account(id)),
            Some((present, false)) => active(present),
            Some((changed, true)) => {
                tracing::warn!(account = %id, status = %changed.account.status, reason, "an account can no longer be used");
                match event {
                    Event::Rejected => Err(VaultError::Revoked { reason: reason.to_owned() }),
                    _ => active(changed),
                }
            }
        }
    }

    /// Gives the lease back and plans the next attempt.
    async fn give_up(&self, record: &AccountRecord, trouble: Trouble) -> VaultError {
        let (may_have_acted, failures, error) = match trouble {
            Trouble::Close(TokenFailure::Unavailable { reason, may_have_acted }) => {
                let error = VaultError::RefreshFailed { reason, transient: true };
                (may_have_acted, record.refresh_failures, error)
            }
            Trouble::Close(TokenFailure::Refused(reason)) => {
                (false, u32::MAX, VaultError::RefreshFailed { reason, transient: false })
            }
            Trouble::Close(TokenFailure::InvalidGrant) => {
                let reason = REFUSED.to_owned();
                (false, u32::MAX, VaultError::RefreshFailed { reason, transient: false })
            }
            Trouble::Here(error) => (false, u32::MAX, error),
        };
        let (tenant, id) = (&record.account.tenant, &record.account.id);
        tracing::warn!(account = %id, %error, "a grant could not be refreshed");
        let now = self.inner.clock.now();
        let next = schedule::retry_at(&self.inner.refresh, now, failures, rand::random());
        let unsettled = record.unsettled || may_have_acted;
        let reason = error.to_string();
        let failure = RefreshFailure { reason: &reason, unsettled, next_attempt: next };
        let released = self.inner.store.release_lease(tenant, id, &self.inner.instance, &failure, now).await;
        if let Err(error) = released {
            tracing::warn!(account = %id, %error, "a lease could not be given back; it ends by itself");
        }
        error
    }

    /// Seals what Close gave for the account's row, and plans its next refresh.
    pub(crate) fn seal_tokens(
        &self,
        record: &AccountRecord,
        tokens: &Tokens,
        oauth_app_id: Option<String>,
    ) -> Result<NewCredential, VaultError> {
        let key = self.account_key(record)?;
        let now = self.inner.clock.now();
        let refresh_token = match &tokens.refresh_token {
            Some(token) => Some(key.seal(Field::RefreshToken, token)?),
            // Close always sends a new one (documented); a server that does not lets the old one live on.
            None if oauth_app_id == record.oauth_app_id => record.refresh_token.clone(),
            None => None,
        };
        let token_expires_at = tokens.lifetime.map(|lifetime| later(now, lifetime));
        Ok(NewCredential {
            kind: CredentialKind::OAuth,
            access_token: Some(key.seal(Field::AccessToken, &tokens.access_token)?),
            refresh_at: schedule::refresh_at(
                &self.inner.refresh,
                now,
                token_expires_at,
                refresh_token.is_some(),
                rand::random(),
            ),
            refresh_token,
            api_key: None,
            token_expires_at,
            oauth_app_id,
            identity: identity(&record.account.identity, tokens),
        })
    }
}

/// Who the tokens belong to. Names that were learned before stay while the user and organization do.
fn identity(known: &CloseIdentity, tokens: &Tokens) -> Option<CloseIdentity> {
    let (user_id, organization_id) = (tokens.user_id.clone(), tokens.organization_id.clone());
    if user_id.is_none() && organization_id.is_none() {
        return None;
    }
    let same = user_id == known.user_id && organization_id == known.organization_id;
    let names = if same { known.clone() } else { CloseIdentity::default() };
    Some(CloseIdentity { user_id, organization_id, ..names })
}
