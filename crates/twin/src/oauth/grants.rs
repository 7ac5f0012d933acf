//! Apps, codes, grants and tokens: what the provider remembers.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng as _;
use rand::rngs::SmallRng;

use crate::options::OAuthAppInfo;
use crate::store::{Clock, mint};

/// How long a code can be exchanged. Close documents none; a minute is what most providers allow.
const CODE_LIFETIME: SignedDuration = SignedDuration::from_secs(60);
/// Where the app that is always there sends browsers back to.
const DEMO_REDIRECT: &str = "http://127.0.0.1:8080/oauth/callback";

/// Who an access token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "they are ids of three different things")]
pub(crate) struct Identity {
    /// The user who gave consent.
    pub(crate) user_id: String,
    /// The organization they chose.
    pub(crate) organization_id: String,
    /// The API key, when it was a key and not a token.
    pub(crate) api_key_id: Option<String>,
}

/// A fresh pair of tokens, with what Close says beside it.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) access_token: String,
    pub(crate) refresh_token: Option<String>,
    pub(crate) lifetime: Duration,
    pub(crate) scope: String,
    pub(crate) identity: Identity,
}

/// What a code stands for until it is exchanged.
#[derive(Clone, Debug)]
pub(crate) struct Consent {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scope: String,
    pub(crate) challenge: Option<String>,
    pub(crate) identity: Identity,
}

/// What somebody agreed to, and goes on agreeing to until it is revoked.
#[derive(Debug)]
struct Grant {
    client_id: String,
    scope: String,
    identity: Identity,
    refresh_token: Option<String>,
}

/// An access token: the grant it belongs to, and when it ends.
#[derive(Debug)]
struct Access {
    grant: u64,
    expires_at: Timestamp,
}

#[derive(Debug)]
struct State {
    random: SmallRng,
    apps: Vec<OAuthAppInfo>,
    codes: HashMap<String, (Consent, Timestamp)>,
    /// In the order they were made.
    grants: BTreeMap<u64, Grant>,
    tokens: HashMap<String, Access>,
    made: u64,
}

/// Most grants remembered; the oldest is forgotten first.
const MOST_GRANTS: usize = 10_000;
/// Most apps registered; the newest takes the place of the one before when there are more.
const MOST_APPS: usize = 1_000;

/// Apps, codes, grants and tokens.
#[derive(Debug)]
pub(crate) struct Grants {
    clock: Clock,
    lifetime: Duration,
    state: Mutex<State>,
}

impl Grants {
    /// Nobody has consented to anything yet; one app is registered.
    pub(crate) fn new(clock: Clock, access_token_lifetime: Duration, seed: u64) -> Self {
        let state = State {
            random: SmallRng::seed_from_u64(seed ^ 0x0a07_4b1d),
            apps: Vec::new(),
            codes: HashMap::new(),
            grants: BTreeMap::new(),
            tokens: HashMap::new(),
            made: 0,
        };
        let grants = Self { clock, lifetime: access_token_lifetime, state: Mutex::new(state) };
        grants.register_app("Latch demo", DEMO_REDIRECT);
        grants
    }

    /// The app that is always registered.
    pub(crate) fn demo_app(&self) -> OAuthAppInfo {
        self.state().apps.first().cloned().expect("an app is registered from the start")
    }

    /// Registers an app.
    pub(crate) fn register_app(&self, name: &str, redirect_uri: &str) -> OAuthAppInfo {
        let mut state = self.state();
        let app = OAuthAppInfo {
            client_id: mint(&mut state.random, "oa2client"),
            client_secret: mint(&mut state.random, "oa2secret"),
            name: name.to_owned(),
            redirect_uris: vec![redirect_uri.to_owned()],
        };
        state.apps.truncate(MOST_APPS - 1);
        state.apps.push(app.clone());
        app
    }

    /// The app with this id.
    pub(crate) fn app(&self, client_id: &str) -> Option<OAuthAppInfo> {
        self.state().apps.iter().find(|app| app.client_id == client_id).cloned()
    }

    /// Notes a consent and gives out its code.
    pub(crate) fn issue_code(&self, consent: Consent) -> String {
        let now = self.clock.now();
        let expires_at = now + CODE_LIFETIME;
        let mut state = self.state();
        state.codes.retain(|_, (_, expires_at)| now <= *expires_at);
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
        let mut state = self.state();
        // A code that is tried at all is spent: whoever tries it wrongly must not get a second chance.
        let (consent, expires_at) =
            state.codes.remove(code).ok_or("the code is unknown or was used before")?;
        if consent.client_id != client_id {
            return Err("the code was given to another app");
        }
        if now > expires_at {
            return Err("the code has expired");
        }
        if redirect_uri.is_some_and(|uri| uri != consent.redirect_uri) {
            return Err("the redirect_uri is not the one of the authorization request");
        }
        let proven = match (&consent.challenge, verifier) {
            (None, _) => true,
            (Some(challenge), Some(verifier)) => {
                URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes())) == *challenge
            }
            (Some(_), None) => false,
        };
        if !proven {
            return Err("the code_verifier does not fit the code_challenge");
        }
        let grant = Grant {
            client_id: consent.client_id,
            scope: consent.scope,
            identity: consent.identity,
            refresh_token: None,
        };
        state.made += 1;
        let number = state.made;
        state.grants.insert(number, grant);
        if state.grants.len() > MOST_GRANTS {
            state.grants.pop_first();
        }
        self.issue(&mut state, number, now).ok_or("the grant was revoked")
    }

    /// Exchanges a refresh token for a new pair; the one used is revoked. Access tokens given out before stay valid
    /// until they expire.
    pub(crate) fn refresh(&self, client_id: &str, refresh_token: &str) -> Result<Issued, &'static str> {
        let now = self.clock.now();
        let mut state = self.state();
        let own = |grant: &Grant| {
            grant.client_id == client_id && grant.refresh_token.as_deref() == Some(refresh_token)
        };
        let found = state.grants.iter().find(|(_, grant)| own(grant)).map(|(number, _)| *number);
        let issued = found.and_then(|number| self.issue(&mut state, number, now));
        issued.ok_or("the refresh token is unknown, was used before, or was revoked")
    }

    /// A new pair of tokens for a grant.
    fn issue(&self, state: &mut State, number: u64, now: Timestamp) -> Option<Issued> {
        let access_token = mint(&mut state.random, "oa2access");
        let refresh_token = mint(&mut state.random, "oa2refresh");
        let lifetime = SignedDuration::try_from(self.lifetime).unwrap_or(SignedDuration::MAX);
        let expires_at = now.saturating_add(lifetime).unwrap_or(Timestamp::MAX);
        let State { grants, tokens, .. } = state;
        let grant = grants.get_mut(&number)?;
        let offline = grant.scope.split_whitespace().any(|scope| scope == "offline_access");
        grant.refresh_token = offline.then_some(refresh_token);
        let issued = Issued {
            access_token: access_token.clone(),
            refresh_token: grant.refresh_token.clone(),
            lifetime: self.lifetime,
            scope: grant.scope.clone(),
            identity: grant.identity.clone(),
        };
        tokens.retain(|_, access| now < access.expires_at && grants.contains_key(&access.grant));
        tokens.insert(access_token, Access { grant: number, expires_at });
        Some(issued)
    }

    /// Ends the grant that a refresh or access token belongs to, with all its tokens. An unknown token is none of
    /// our business, and neither is another app's.
    pub(crate) fn revoke(&self, client_id: &str, token: &str) {
        let mut state = self.state();
        let of_access = state.tokens.get(token).map(|access| access.grant);
        state.grants.retain(|number, grant| {
            let named = Some(*number) == of_access || grant.refresh_token.as_deref() == Some(token);
            !named || grant.client_id != client_id
        });
    }

    /// Lets every access token of a user expire now; refresh tokens stay.
    pub(crate) fn expire_access_tokens(&self, user_id: &str) {
        let mut state = self.state();
        let State { grants, tokens, .. } = &mut *state;
        tokens.retain(|_, access| {
            grants.get(&access.grant).is_some_and(|grant| grant.identity.user_id != user_id)
        });
    }

    /// Ends every grant of a user, as disconnecting the app in Close's settings does.
    pub(crate) fn revoke_grants(&self, user_id: &str) {
        self.state().grants.retain(|_, grant| grant.identity.user_id != user_id);
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
}
