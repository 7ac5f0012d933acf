//! The consent page: who connects, for which organization, and whether at all.
//!
//! Promises that a browser is only ever sent back to an address the app registered, compared character by character.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY, X_FRAME_OPTIONS};
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use url::Url;

use super::consent::{Consent, Identity};
use crate::http::Shared;
use crate::objects::is_active_member;
use crate::options::OAuthAppInfo;
use crate::store::{Kind, Scratch, text};

/// The scopes there are; every app is granted both unless it asks for less (documented).
pub(super) const SCOPES: [&str; 2] = ["all.full_access", "offline_access"];

/// Most characters of a `state`, which is sent back as it came.
const LONGEST_STATE: usize = 4096;

/// An authorization request, in the query of the page and in the hidden fields of its form.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct AuthorizationRequest {
    client_id: Option<String>,
    response_type: Option<String>,
    redirect_uri: Option<String>,
    scope: Option<String>,
    state: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
}

/// The form: the request again, and what was chosen.
#[derive(Debug, Deserialize)]
pub(super) struct Decision {
    #[serde(flatten)]
    request: AuthorizationRequest,
    /// `user_…|orga_…`
    membership: Option<String>,
    /// The button: `approve` or `refuse`.
    #[serde(rename = "decision")]
    pressed: Option<String>,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage<'a> {
    app: &'a str,
    /// Whether the app may act while the person is away.
    offline: bool,
    hidden: Vec<(&'static str, &'a str)>,
    choices: Vec<Choice>,
    /// Where the browser goes afterwards, without path and query.
    destination: String,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    what: &'a str,
    advice: &'a str,
}

/// One user in one organization.
struct Choice {
    value: String,
    person: String,
    organization: String,
}

/// An authorization request whose app and address are known to belong together.
struct Checked {
    app: OAuthAppInfo,
    redirect: String,
    address: Url,
    scope: String,
}

type Asked = Result<Query<AuthorizationRequest>, QueryRejection>;
type Decided = Result<Form<Decision>, FormRejection>;

/// `GET /oauth2/authorize/`
pub(super) async fn show(State(shared): State<Arc<Shared>>, request: Asked) -> Response {
    let Ok(Query(request)) = request else { return unreadable() };
    let checked = match check(&shared, &request) {
        Ok(checked) => checked,
        Err(answer) => return *answer,
    };
    let page = ConsentPage {
        app: &checked.app.name,
        offline: checked.scope.contains("offline_access"),
        hidden: request.members(),
        choices: choices(&shared),
        destination: checked.address.origin().ascii_serialization(),
    };
    html(StatusCode::OK, page.render())
}

/// `POST /oauth2/authorize/`
pub(super) async fn decide(State(shared): State<Arc<Shared>>, decision: Decided) -> Response {
    let Ok(Form(Decision { request, membership, pressed })) = decision else { return unreadable() };
    let checked = match check(&shared, &request) {
        Ok(checked) => checked,
        Err(answer) => return *answer,
    };
    let Checked { app, redirect, address, scope } = checked;
    match pressed.as_deref() {
        Some("approve") => {}
        Some("refuse") => return send_back(&address, &request, &[("error", "access_denied")]),
        _ => {
            return problem(
                "The form says neither approve nor refuse.",
                "Go back and press one of the buttons.",
            );
        }
    }
    let known = choices(&shared).into_iter().find(|choice| Some(&choice.value) == membership.as_ref());
    let chosen = known.as_ref().and_then(|choice| choice.value.split_once('|'));
    let Some((user_id, organization_id)) = chosen else {
        return problem("Nobody was chosen to connect.", "Go back and choose who you are.");
    };
    let identity = Identity {
        user_id: user_id.to_owned(),
        organization_id: organization_id.to_owned(),
        api_key_id: None,
    };
    let challenge = request.code_challenge.clone();
    let consent = Consent { client_id: app.client_id, redirect_uri: redirect, scope, challenge, identity };
    let code = shared.grants.issue_code(consent);
    send_back(&address, &request, &[("code", &code)])
}

/// Checks a request. While the app or the address to go back to is in doubt the browser stays here; every other
/// problem is told to the app.
fn check(shared: &Shared, request: &AuthorizationRequest) -> Result<Checked, Box<Response>> {
    let stay = |what, advice| Box::new(problem(what, advice));
    let app = request.client_id.as_deref().and_then(|id| shared.grants.app(id)).ok_or_else(|| {
        stay(
            "No app is registered under the client_id of this link.",
            "Check the client_id with whoever gave you the link.",
        )
    })?;
    let only = match app.redirect_uris.as_slice() {
        [only] => Some(only.as_str()),
        _ => None,
    };
    let wanted = request.redirect_uri.as_deref().or(only);
    let redirect = wanted.filter(|wanted| app.redirect_uris.iter().any(|registered| registered == wanted));
    let address = redirect.and_then(|address| Url::parse(address).ok());
    let (Some(redirect), Some(address)) = (redirect.map(str::to_owned), address) else {
        return Err(stay(
            "The redirect_uri of this link is not one that the app has registered.",
            "Whoever runs the app must register exactly this address, or send a registered one.",
        ));
    };
    let back = |error: &str, description: &str| {
        Box::new(send_back(&address, request, &[("error", error), ("error_description", description)]))
    };
    if request.response_type.as_deref() != Some("code") {
        return Err(back("unsupported_response_type", "response_type must be code"));
    }
    match (request.code_challenge.as_deref(), request.code_challenge_method.as_deref()) {
        (None, None) if app.client_secret.is_empty() => {
            return Err(back("invalid_request", "an app without a secret must send a code_challenge"));
        }
        (None, None) => {}
        (Some(challenge), Some("S256")) if is_challenge(challenge) => {}
        _ => return Err(back("invalid_request", "code_challenge needs code_challenge_method=S256")),
    }
    if request.state.as_ref().is_some_and(|state| state.len() > LONGEST_STATE) {
        return Err(stay("The state of this link is too long.", "An app may send at most 4096 characters."));
    }
    let scope = request.scope.as_deref().map(str::trim).filter(|scope| !scope.is_empty());
    if scope.is_some_and(|scope| scope.split_whitespace().any(|name| !SCOPES.contains(&name))) {
        return Err(back("invalid_scope", "the scopes are all.full_access and offline_access"));
    }
    let scope = scope.map_or_else(|| SCOPES.join(" "), str::to_owned);
    Ok(Checked { app, redirect, address, scope })
}

/// Whether this can be the SHA-256 of a verifier, in base64url without padding.
fn is_challenge(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

impl AuthorizationRequest {
    /// What the form sends along.
    fn members(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("client_id", &self.client_id),
            ("response_type", &self.response_type),
            ("redirect_uri", &self.redirect_uri),
            ("scope", &self.scope),
            ("state", &self.state),
            ("code_challenge", &self.code_challenge),
            ("code_challenge_method", &self.code_challenge_method),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect()
    }
}

/// Sends the browser back to the app: 302, as Close documents.
fn send_back(address: &Url, request: &AuthorizationRequest, parameters: &[(&str, &str)]) -> Response {
    let mut target = address.clone();
    target.query_pairs_mut().extend_pairs(parameters);
    if let Some(state) = &request.state {
        target.query_pairs_mut().append_pair("state", state);
    }
    let mut response = StatusCode::FOUND.into_response();
    match HeaderValue::from_str(target.as_str()) {
        Ok(target) => drop(response.headers_mut().insert(LOCATION, target)),
        Err(_) => return unreadable(),
    }
    keep_private(response)
}

/// Every user in every organization they are an active member of, oldest memberships first.
fn choices(shared: &Shared) -> Vec<Choice> {
    let (world, scratch) = (shared.world(), Scratch::default());
    let world = world.reader(&scratch);
    let mut choices = Vec::new();
    for organization in world.everyone(Kind::Organization) {
        let organization_id = text(organization, "id").unwrap_or_default();
        let members = world.collection(organization_id, Kind::Membership);
        for membership in members.filter(|membership| is_active_member(membership)) {
            let Some(user) = text(membership, "user_id").and_then(|id| world.object(Kind::User, id)) else {
                continue;
            };
            let name = |member| text(user, member).unwrap_or_default();
            choices.push(Choice {
                value: format!("{}|{organization_id}", name("id")),
                person: format!("{} {}", name("first_name"), name("last_name")).trim().to_owned(),
                organization: text(organization, "name").unwrap_or_default().to_owned(),
            });
        }
    }
    choices
}

fn unreadable() -> Response {
    problem("This link is damaged.", "Open it again from the app, without changing anything.")
}

fn problem(what: &str, advice: &str) -> Response {
    html(StatusCode::BAD_REQUEST, ProblemPage { what, advice }.render())
}

fn html(status: StatusCode, page: askama::Result<String>) -> Response {
    match page {
        Ok(page) => keep_private((status, Html(page)).into_response()),
        Err(error) => {
            tracing::error!(%error, "a page of the twin cannot be shown");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Nothing here is stored, framed, or told to the next page.
fn keep_private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}
