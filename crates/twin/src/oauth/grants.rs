//! Apps, codes, grants and tokens: what the provider remembers.

use std::collections::{BTreeMap, HashMap};
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng as _;
use rand::rngs::SmallRng;
use serde::{Deserialize, Serialize};

use super::consent::{Consent, Identity, Issued};
use crate::options::{OAuthAppInfo, TokenLifetimes};
use crate::store::{Clock, Keeper, KeepingError, mint};

/// Where the app that is always there sends browsers back to.
const DEMO_REDIRECT: &str = "http://127.0.0.1:8080/oauth/callback";

/// What somebody agreed to, and goes on agreeing to until it is revoked.
#[derive(Debug, Serialize, Deserialize)]
struct Grant {
    client_id: String,
    scope: String,
    identity: Identity,
    refresh_token: Option<String>,
    /// When the refresh token ends.
    refresh_until: Timestamp,
}

/// An access token: the grant it belongs to, and when it ends.
#[derive(Debug, Serialize, Deserialize)]
struct Access {
    grant: u64,
    expires_at: Timestamp,
}

/// What a twin with a folder keeps of its apps and grants.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Ledger {
    apps: Vec<OAuthAppInfo>,
    codes: HashMap<String, (Consent, Timestamp)>,
    /// In the order they were made.
    grants: BTreeMap<u64, Grant>,
    tokens: HashMap<String, Access>,
    made: u64,
}

#[derive(Debug)]
struct State {
    lifetimes: TokenLifetimes,
    random: SmallRng,
    ledger: Ledger,
}

impl Deref for State {
    type Target = Ledger;

    fn deref(&self) -> &Ledger {
        &self.ledger
    }
}

impl DerefMut for State {
    fn deref_mut(&mut self) -> &mut Ledger {
        &mut self.ledger
    }
}

/// Name of the note under which a folder keeps the ledger.
const NOTE: &str = "oauth";

/// Most grants remembered; the oldest is forgotten first.
const MOST_GRANTS: usize = 10_000;
/// Most apps registered; the newest takes the place of the one before when there are more.
const MOST_APPS: usize = 1_000;

/// Apps, codes, grants and tokens.
#[derive(Debug)]
pub(crate) struct Grants {
    clock: Clock,
    state: Mutex<State>,
    keeper: Option<Arc<Keeper>>,
}

impl Grants {
    /// What a folder kept; in a new one, or without any, nobody has consented to anything yet, and one app is
    /// registered.
    pub(crate) fn new(
        clock: Clock,
        lifetimes: TokenLifetimes,
        seed: u64,
        keeper: Option<Arc<Keeper>>,
    ) -> Result<Self, KeepingError> {
        let note = keeper.as_ref().map(|keeper| keeper.note(NOTE)).transpose()?.flatten();
        let kept = note.map(|note| serde_json::from_str::<Ledger>(&note)).transpose();
        let ledger = kept.map_err(|_| KeepingError::Note(NOTE))?;
        let fresh = ledger.is_none();
        let ledger = ledger.unwrap_or_default();
        // Tokens drawn before must not be drawn again.
        let seed =
            seed ^ 0x0a07_4b1d ^ ledger.made.rotate_left(32) ^ (ledger.apps.len() as u64).rotate_left(16);
        let state = State { lifetimes, random: SmallRng::seed_from_u64(seed), ledger };
        let grants = Self { clock, state: Mutex::new(state), keeper };
        if fresh {
            grants.register_app("Latch demo", &[DEMO_REDIRECT]);
        }
        Ok(grants)
    }

    /// The app that is always registered.
    pub(crate) fn demo_app(&self) -> OAuthAppInfo {
        self.state().apps.first().cloned().expect("an app is registered from the start")
    }

    /// Registers an app that has a secret.
    pub(crate) fn register_app(&self, name: &str, redirect_uris: &[impl ToString]) -> OAuthAppInfo {
        self.register(name, redirect_uris, false)
    }

    /// Registers an app that can keep no secret, and must prove with PKCE that it asked for a code itself.
    pub(crate) fn register_public_app(&self, name: &str, redirect_uris: &[impl ToString]) -> OAuthAppInfo {
        self.register(name, redirect_uris, true)
    }

    fn register(&self, name: &str, redirect_uris: &[impl ToString], public: bool) -> OAuthAppInfo {
        let mut state = self.change();
        let client_id = mint(&mut state.random, "oa2client");
        let secret = mint(&mut state.random, "oa2secret");
        let app = OAuthAppInfo {
            client_id,
            client_secret: if public { String::new() } else { secret },
            name: name.to_owned(),
            redirect_uris: redirect_uris.iter().map(ToString::to_string).collect(),
        };
        state.apps.truncate(MOST_APPS - 1);
        state.apps.push(app.clone());
        app
    }

    /// How long codes and tokens live that are given out now.
    pub(crate) fn lifetimes(&self) -> TokenLifetimes {
        self.state().lifetimes
    }

    /// How long codes and tokens live that are given out from now on.
    pub(crate) fn set_lifetimes(&self, lifetimes: TokenLifetimes) {
        self.state().lifetimes = lifetimes;
    }

    /// The app with this id.
    pub(crate) fn app(&self, client_id: &str) -> Option<OAuthAppInfo> {
        self.state().apps.iter().find(|app| app.client_id == client_id).cloned()
    }

    /// Notes a consent and gives out its code.
    pub(crate) fn issue_code(&self, consent: Consent) -> String {
        let now = self.clock.now();
        let mut state = self.change();
        let expires_at = after(now, state.lifetimes.code);
        state.codes.retain(|_, (_, expires_at)| now < *expires_at);
        let code = mint(&mut state.random, "oa2code");
        state.codes.insert(code.clone(), (consent, expires_at));
        code
    }

    /// Exchanges a code, once. The error is the reason, for `invalid_grant`.
    pub(crate) fn redeem(
        &self,
        client_id: &str,
        code: &str,
        redirect_uri: Option<&str>,
        verifier: Option<&str>,
    ) -> Result<Issued, &'static str> {
        let now = self.clock.now();
        let mut state = self.change();
        // A code that is tried at all is spent: whoever tries it wrongly must not get a second chance.
        let (consent, expires_at) =
            state.codes.remove(code).ok_or("the code is unknown or was used before")?;
        if consent.client_id != client_id {
            return Err("the code was given to another app");
        }
        if now >= expires_at {
            return Err("the code has expired");
        }
        if redirect_uri.is_some_and(|uri| uri != consent.redirect_uri) {
            return Err("the redirect_uri is not the one of the authorization request");
        }
        consent.check_proof(verifier)?;
        let grant = Grant {
            client_id: consent.client_id,
            scope: consent.scope,
            identity: consent.identity,
            refresh_token: None,
            refresh_until: now,
        };
        state.made += 1;
        let number = state.made;
        state.grants.insert(number, grant);
        if state.grants.len() > MOST_GRANTS {
            state.grants.pop_first();
        }
        state.issue(number, now).ok_or("the grant was revoked")
    }

    /// Exchanges a refresh token for a new pair; the one used is revoked. Access tokens given out before stay valid
    /// until they expire.
    pub(crate) fn refresh(&self, client_id: &str, refresh_token: &str) -> Result<Issued, &'static str> {
        let now = self.clock.now();
        let mut state = self.change();
        let own = |grant: &Grant| {
            grant.client_id == client_id
                && grant.refresh_token.as_deref() == Some(refresh_token)
                && now < grant.refresh_until
        };
        let found = state.grants.iter().find(|(_, grant)| own(grant)).map(|(number, _)| *number);
        let issued = found.and_then(|number| state.issue(number, now));
        issued.ok_or("the refresh token is unknown, was used before, has expired or was revoked")
    }

    /// Ends the grant that a refresh or access token belongs to, with all its tokens. An unknown token is none of
    /// our business, and neither is another app's.
    pub(crate) fn revoke(&self, client_id: &str, token: &str) {
        let mut state = self.change();
        let number = state.grant_of(token);
        if let Some(number) = number
            && state.grants.get(&number).is_some_and(|grant| grant.client_id == client_id)
        {
            state.grants.remove(&number);
        }
    }

    /// Lets the access tokens of some people expire now; refresh tokens stay.
    pub(crate) fn expire_access_tokens(&self, theirs: impl Fn(&Identity) -> bool) {
        let mut state = self.change();
        let Ledger { grants, tokens, .. } = &mut state.ledger;
        tokens.retain(|_, access| grants.get(&access.grant).is_some_and(|grant| !theirs(&grant.identity)));
    }

    /// Lets one access token expire now. Answers whether there was such a token.
    pub(crate) fn expire_access_token(&self, token: &str) -> bool {
        self.change().tokens.remove(token).is_some()
    }

    /// Ends the grants of some people, as disconnecting the app in Close's settings does.
    pub(crate) fn revoke_grants(&self, theirs: impl Fn(&Identity) -> bool) {
        self.change().grants.retain(|_, grant| !theirs(&grant.identity));
    }

    /// Ends the grant of an access or refresh token, whichever app it belongs to. Answers whether there was one.
    pub(crate) fn revoke_grant(&self, token: &str) -> bool {
        let mut state = self.change();
        let found = state.grant_of(token);
        found.is_some_and(|number| state.grants.remove(&number).is_some())
    }

    /// Whom a code or token stands for, whether or not it is still valid.
    pub(crate) fn owner(&self, credential: &str) -> Option<Identity> {
        let state = self.state();
        if let Some((consent, _)) = state.codes.get(credential) {
            return Some(consent.identity.clone());
        }
        let number = state.grant_of(credential)?;
        state.grants.get(&number).map(|grant| grant.identity.clone())
    }

    /// Whose access token this is, while it is valid.
    pub(crate) fn authenticate(&self, bearer: &str) -> Option<Identity> {
        let now = self.clock.now();
        let state = self.state();
        let access = state.tokens.get(bearer).filter(|access| now < access.expires_at)?;
        state.grants.get(&access.grant).map(|grant| grant.identity.clone())
    }

    /// The app an access token was given to, while the token is valid.
    pub(crate) fn app_of(&self, bearer: &str) -> Option<OAuthAppInfo> {
        let now = self.clock.now();
        let state = self.state();
        let access = state.tokens.get(bearer).filter(|access| now < access.expires_at)?;
        let client_id = &state.grants.get(&access.grant)?.client_id;
        state.apps.iter().find(|app| app.client_id == *client_id).cloned()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, for changing. What changed is kept before anybody else may look, and before it is answered.
    fn change(&self) -> Changing<'_> {
        Changing { state: self.state(), keeper: self.keeper.as_deref() }
    }
}

struct Changing<'g> {
    state: MutexGuard<'g, State>,
    keeper: Option<&'g Keeper>,
}

impl Deref for Changing<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl DerefMut for Changing<'_> {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.state
    }
}

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        let Some(keeper) = self.keeper else { return };
        let kept = serde_json::to_string(&self.state.ledger).map(|text| keeper.write_note(NOTE, &text));
        if let Err(error) | Ok(Err(error)) = kept.map_err(|_| KeepingError::Note(NOTE)) {
            tracing::error!(%error, "a change of apps or tokens could not be kept");
        }
    }
}

impl State {
    /// A new pair of tokens for a grant.
    fn issue(&mut self, number: u64, now: Timestamp) -> Option<Issued> {
        let access_token = mint(&mut self.random, "oa2access");
        let refresh_token = mint(&mut self.random, "oa2refresh");
        let State { lifetimes, ledger: Ledger { grants, tokens, .. }, .. } = self;
        let expires_at = after(now, lifetimes.access);
        let grant = grants.get_mut(&number)?;
        let offline = grant.scope.split_whitespace().any(|scope| scope == "offline_access");
        grant.refresh_token = offline.then_some(refresh_token);
        grant.refresh_until = lifetimes.refresh.map_or(Timestamp::MAX, |lifetime| after(now, lifetime));
        let issued = Issued {
            access_token: access_token.clone(),
            refresh_token: grant.refresh_token.clone(),
            lifetime: lifetimes.access,
            scope: grant.scope.clone(),
            identity: grant.identity.clone(),
        };
        tokens.retain(|_, access| now < access.expires_at && grants.contains_key(&access.grant));
        tokens.insert(access_token, Access { grant: number, expires_at });
        Some(issued)
    }

    /// The grant an access or refresh token belongs to.
    fn grant_of(&self, token: &str) -> Option<u64> {
        let of_access = self.tokens.get(token).map(|access| access.grant);
        let mut grants = self.grants.iter();
        let mut of_refresh = || grants.find(|(_, grant)| grant.refresh_token.as_deref() == Some(token));
        of_access.or_else(|| of_refresh().map(|(number, _)| *number))
    }
}

/// The end of something that lives so long.
fn after(now: Timestamp, lifetime: Duration) -> Timestamp {
    let lifetime = SignedDuration::try_from(lifetime).unwrap_or(SignedDuration::MAX);
    now.saturating_add(lifetime).unwrap_or(Timestamp::MAX)
}
