//! Levers for tests: time, tokens, limits, faults, states, people, and a look at what happened.
//!
//! The same levers answer over HTTP at the control address; `http/levers.rs` lists them.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;

use crate::delivery::{DeliveryFaults, RecordedDelivery};
use crate::http::{Account, ActiveFault, FaultRule, RecordedRequest, Shared};
use crate::lever_error::LeverError;
use crate::objects;
use crate::options::{ApiKeyInfo, OAuthAppInfo, RateLimits, TokenLifetimes};
use crate::people::{self, NewUser};
use crate::store::Scratch;

/// A handle on a running twin. Clones act on the same twin.
#[derive(Clone, Debug)]
pub struct Control {
    shared: Arc<Shared>,
}

/// Time.
impl Control {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Moves the twin's clock forward: tokens expire, rate-limit windows pass, tasks become due.
    pub fn advance_clock(&self, duration: Duration) {
        self.shared.advance_clock(duration);
    }

    /// Lets the twin's clock go fast (or, negative, slow) by `offset`, in place of any offset before: the `Date`
    /// header and every timestamp show it, as at a server whose clock is wrong. Zero sets it right again.
    pub fn skew_clock(&self, offset: SignedDuration) {
        self.shared.skew_clock(offset);
    }
}

/// Tokens, apps and limits.
impl Control {
    /// Lets every access token of an account expire now; refresh tokens stay. The account is the e-mail address or id
    /// of a user, or the id or name of an organization. Returns whether there is such an account.
    pub fn expire_access_tokens(&self, account: &str) -> bool {
        let account = Account::find(&self.shared, account);
        if let Some(account) = &account {
            self.shared.grants.expire_access_tokens(|identity| account.is(identity));
        }
        account.is_some()
    }

    /// Lets one access token expire now. Returns whether there was such a token.
    pub fn expire_access_token(&self, token: &str) -> bool {
        self.shared.grants.expire_access_token(token)
    }

    /// Ends every grant of an account, as disconnecting the app in Close's settings does: neither access nor refresh
    /// tokens work afterwards. Accounts are named as for [`expire_access_tokens`](Self::expire_access_tokens).
    /// Returns whether there is such an account.
    pub fn revoke_grants(&self, account: &str) -> bool {
        let account = Account::find(&self.shared, account);
        if let Some(account) = &account {
            self.shared.grants.revoke_grants(|identity| account.is(identity));
        }
        account.is_some()
    }

    /// Ends the grant that an access or refresh token belongs to. Returns whether there was one.
    pub fn revoke_grant(&self, token: &str) -> bool {
        self.shared.grants.revoke_grant(token)
    }

    /// Registers an OAuth app that may send browsers back to any of these addresses.
    pub fn register_oauth_app(&self, name: &str, redirect_uris: &[&str]) -> OAuthAppInfo {
        self.shared.grants.register_app(name, redirect_uris)
    }

    /// How long codes and tokens live.
    pub fn token_lifetimes(&self) -> TokenLifetimes {
        self.shared.grants.lifetimes()
    }

    /// How long codes and tokens live that are given out from now on.
    pub fn set_token_lifetimes(&self, lifetimes: TokenLifetimes) {
        self.shared.grants.set_lifetimes(lifetimes);
    }

    /// The rate limits.
    pub fn rate_limits(&self) -> RateLimits {
        self.shared.limiter.limits()
    }

    /// Other rate limits from now on; every window begins anew. Fails if a group does not exist.
    pub fn set_rate_limits(&self, limits: RateLimits) -> Result<(), LeverError> {
        limits.check()?;
        self.shared.limiter.set(limits);
        Ok(())
    }
}

/// Faults.
impl Control {
    /// Makes matching requests go wrong from now on. Answers the number the rule is cleared by. Fails if the rule
    /// could never be carried out: its account does not exist, its probability or status is out of range.
    pub fn fail_next(&self, rule: FaultRule) -> Result<u64, LeverError> {
        if let Some(account) = &rule.account
            && Account::find(&self.shared, account).is_none()
        {
            let message = format!("No user, organization or API key is called {account:?}.");
            return Err(LeverError::new(message));
        }
        self.shared.faults.add(rule)
    }

    /// The faults in force, in the order they apply.
    pub fn faults(&self) -> Vec<ActiveFault> {
        self.shared.faults.all()
    }

    /// Ends one fault. Returns whether it was in force.
    pub fn clear_fault(&self, id: u64) -> bool {
        self.shared.faults.remove(id)
    }

    /// Ends all faults.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }
}

/// States and people.
impl Control {
    /// Keeps the objects and events as they are now under a name, in place of what had that name before.
    pub fn save_state(&self, name: &str) -> Result<(), LeverError> {
        let world = self.shared.world().clone();
        self.shared.states.save(name, world)
    }

    /// Forgets a saved state. Returns whether there was one.
    pub fn forget_state(&self, name: &str) -> bool {
        self.shared.states.forget(name)
    }

    /// The names of all states: [`DEMO`](crate::DEMO), [`EMPTY`](crate::EMPTY) and the saved ones.
    pub fn states(&self) -> Vec<String> {
        self.shared.states.names()
    }

    /// Back to a state. Faults and recorded requests are forgotten; limits, lifetimes and the skew of the clock are
    /// what they were at the start; apps, tokens and the time that was let pass stay.
    pub fn reset(&self, state: &str) -> Result<(), LeverError> {
        self.shared.reset(state)
    }

    /// Makes an organization, with the settings of a new one, and its administrator: a new user, or the one who has
    /// this e-mail address. Answers their API key.
    pub fn create_organization(&self, name: &str, admin_email: &str) -> Result<ApiKeyInfo, LeverError> {
        people::create_organization(&self.shared, name, admin_email)
    }

    /// Makes a user, or takes the one who has this e-mail address, and lets them join an organization. Answers their
    /// API key.
    pub fn create_user(&self, user: &NewUser) -> Result<ApiKeyInfo, LeverError> {
        people::create_user(&self.shared, user)
    }

    /// Makes a further API key for a user, named by e-mail address or id, in an organization, named by id or name.
    pub fn create_api_key(&self, user: &str, organization: &str) -> Result<ApiKeyInfo, LeverError> {
        people::create_api_key(&self.shared, user, organization)
    }

    /// The API keys of all users.
    pub fn api_keys(&self) -> Vec<ApiKeyInfo> {
        people::api_keys(&self.shared)
    }
}

/// A look at what happened.
impl Control {
    /// The last requests, oldest first; at most 1000 are remembered.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.recorder.all()
    }

    /// Forgets the remembered requests.
    pub fn clear_requests(&self) {
        self.shared.recorder.clear();
    }

    /// The last deliveries of webhooks, oldest first, each attempt by itself; at most 1000 are remembered.
    pub fn deliveries(&self) -> Vec<RecordedDelivery> {
        self.shared.outbox.deliveries()
    }

    /// Waits until every delivery of a webhook that is due has been attempted. Deliveries that failed and wait for
    /// their next time are not waited for: [`advance_clock`](Self::advance_clock) makes them due.
    pub async fn deliveries_settled(&self) {
        self.shared.outbox.settled(|| self.shared.clock.now()).await;
    }

    /// Disturbs the deliveries of events written from now on; [`DeliveryFaults::default`] ends it.
    pub fn disturb_deliveries(&self, faults: DeliveryFaults) {
        self.shared.outbox.disturb(faults);
    }

    /// An object as it is stored, whoever owns it: without the members Close works out when it answers.
    pub fn get(&self, id: &str) -> Option<Value> {
        let (world, scratch) = (self.shared.world(), Scratch::default());
        world.reader(&scratch).get(id).map(|record| Value::Object(record.object.clone()))
    }

    /// How many objects there are at a path of the API, in all organizations: `lead`, `activity/call`. 0 when there
    /// is no such path.
    pub fn count(&self, path: &str) -> usize {
        let kind = objects::resource_at(path).map(|resource| resource.kind);
        kind.map_or(0, |kind| self.shared.world().reader(&Scratch::default()).count(kind))
    }
}
