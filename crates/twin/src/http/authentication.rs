//! Who asks: an API key over Basic authentication, or an access token.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, StatusCode, header};

use super::answer::Refusal;
use super::request::App;
use super::state::Shared;
use crate::oauth::Identity;
use crate::objects::is_active_member;
use crate::store::{EVERYONE, Kind, Scratch, text};

/// The recorded answer to a wrong key, with its two double spaces.
const WRONG_CREDENTIALS: &str = "The server could not verify that you are authorized to access the URL requested.  You \
either supplied the wrong credentials (e.g. a bad password), or your browser doesn't understand how to supply the \
credentials required.";

/// How a request says who it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuthorizationKind {
    Basic,
    Bearer,
    None,
}

impl AuthorizationKind {
    /// The kind of the `Authorization` header, by its scheme alone.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        match scheme_and_rest(headers) {
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("basic") => Self::Basic,
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("bearer") => Self::Bearer,
            _ => Self::None,
        }
    }

    /// The name used in recorded requests.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Bearer => "bearer",
            Self::None => "none",
        }
    }
}

/// Finds out who asks. A wrong key gets the recorded body; a token that is unknown, expired or revoked gets the
/// framework's own. Keys and tokens of members who were deactivated are like wrong ones (chosen).
pub(crate) fn authenticate(shared: &Shared, headers: &HeaderMap) -> Result<Identity, Refusal> {
    let wrong = || Refusal::Message(StatusCode::UNAUTHORIZED, WRONG_CREDENTIALS.to_owned());
    let Some((_, credentials)) = scheme_and_rest(headers) else { return Err(wrong()) };
    match AuthorizationKind::of(headers) {
        AuthorizationKind::Basic => {
            api_key(shared, credentials).filter(|found| is_member(shared, found)).ok_or_else(wrong)
        }
        AuthorizationKind::Bearer => shared
            .grants
            .authenticate(credentials)
            .filter(|found| is_member(shared, found))
            .ok_or_else(|| Refusal::Message(StatusCode::UNAUTHORIZED, "Unauthorized".to_owned())),
        AuthorizationKind::None => Err(wrong()),
    }
}

/// Whether somebody is still an active member of the organization a key or token opens.
fn is_member(shared: &Shared, identity: &Identity) -> bool {
    let (world, scratch) = (shared.world(), Scratch::default());
    let world = world.reader(&scratch);
    let mut own = world
        .holding(&identity.organization_id, Kind::Membership, "user_id", &identity.user_id)
        .filter_map(|number| world.at(number));
    own.any(|membership| {
        text(&membership.object, "user_id") == Some(&identity.user_id) && is_active_member(&membership.object)
    })
}

/// The app behind a valid access token.
pub(crate) fn app(shared: &Shared, headers: &HeaderMap) -> Option<App> {
    let (_, credentials) = scheme_and_rest(headers)?;
    let bearer = AuthorizationKind::of(headers) == AuthorizationKind::Bearer;
    let app = bearer.then(|| shared.grants.app_of(credentials)).flatten()?;
    Some(App { client_id: app.client_id, name: app.name })
}

fn scheme_and_rest(headers: &HeaderMap) -> Option<(&str, &str)> {
    let (scheme, rest) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    Some((scheme, rest.trim()))
}

/// The key is the user name; Close documents an empty password, and whatever stands there is ignored.
fn api_key(shared: &Shared, credentials: &str) -> Option<Identity> {
    let decoded = String::from_utf8(BASE64_STANDARD.decode(credentials).ok()?).ok()?;
    let (key, _password) = decoded.split_once(':')?;
    let (world, scratch) = (shared.world(), Scratch::default());
    let world = world.reader(&scratch);
    let mut like = world.holding(EVERYONE, Kind::ApiKey, "key", key).filter_map(|number| world.at(number));
    let found = &like.find(|candidate| text(&candidate.object, "key") == Some(key))?.object;
    Some(Identity {
        user_id: text(found, "user_id")?.to_owned(),
        organization_id: text(found, "organization_id")?.to_owned(),
        api_key_id: text(found, "id").map(str::to_owned),
    })
}
