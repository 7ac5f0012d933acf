//! The consent page: who connects, for which organization, and whether at all.
//!
//! Promises that a browser is only ever sent back to an address the app registered.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;
use url::Url;

use super::grants::{Consent, Identity};
use crate::http::Shared;
use crate::options::OAuthAppInfo;
use crate::store::{Kind, text};

/// Close grants both scopes to every app (documented).
const ALL_SCOPES: &str = "all.full_access offline_access";

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
    membership: Option<String>,
    decision: Option<String>,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage<'a> {
    app: &'a str,
    hidden: Vec<(&'static str, String)>,
    choices: Vec<Choice>,
}

/// One user in one organization.
struct Choice {
    value: String,
    person: String,
    organization: String,
}

pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Query(request): Query<AuthorizationRequest>,
) -> Response {
    let (app, redirect) = match check(&shared, &request) {
        Ok(checked) => checked,
        Err(refusal) => return *refusal,
    };
    if request.response_type.as_deref() != Some("code") {
        return send_back(&redirect, &request, &[("error", "unsupported_response_type")]);
    }
    if request.code_challenge.is_some() && request.code_challenge_method.as_deref() != Some("S256") {
        let description = "code_challenge_method must be S256";
        return send_back(
            &redirect,
            &request,
            &[("error", "invalid_request"), ("error_description", description)],
        );
    }
    let page = ConsentPage { app: &app.name, hidden: hidden_fields(&request), choices: choices(&shared) };
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

pub(super) async fn decide(State(shared): State<Arc<Shared>>, Form(decision): Form<Decision>) -> Response {
    let request = decision.request;
    let (app, redirect) = match check(&shared, &request) {
        Ok(checked) => checked,
        Err(refusal) => return *refusal,
    };
    match decision.decision.as_deref() {
        Some("approve") => {}
        Some("refuse") => return send_back(&redirect, &request, &[("error", "access_denied")]),
        _ => return problem(StatusCode::BAD_REQUEST, "the form says neither approve nor refuse"),
    }
    let chosen = decision.membership.as_deref().and_then(|membership| membership.split_once('|'));
    let known = chosen.is_some_and(|_| {
        choices(&shared).iter().any(|choice| Some(choice.value.as_str()) == decision.membership.as_deref())
    });
    let Some((user_id, organization_id)) = chosen.filter(|_| known) else {
        return problem(StatusCode::BAD_REQUEST, "choose who connects, and for which organization");
    };
    let code = shared.grants.issue_code(Consent {
        client_id: app.client_id,
        redirect_uri: redirect.to_string(),
        scope: request
            .scope
            .clone()
            .filter(|scope| !scope.is_empty())
            .unwrap_or_else(|| ALL_SCOPES.to_owned()),
        challenge: request.code_challenge.clone(),
        identity: Identity {
            user_id: user_id.to_owned(),
            organization_id: organization_id.to_owned(),
            api_key_id: None,
        },
    });
    send_back(&redirect, &request, &[("code", &code)])
}

/// The app and the address to send the browser back to. While either is in doubt the browser stays here.
fn check(shared: &Shared, request: &AuthorizationRequest) -> Result<(OAuthAppInfo, Url), Box<Response>> {
    let refuse = |what: &str| Box::new(problem(StatusCode::BAD_REQUEST, what));
    let app = request.client_id.as_deref().and_then(|id| shared.grants.app(id));
    let app = app.ok_or_else(|| refuse("no app is registered under this client_id"))?;
    let wanted = request.redirect_uri.as_deref().or(app.redirect_uris.first().map(String::as_str));
    let registered = wanted.filter(|wanted| app.redirect_uris.iter().any(|registered| registered == wanted));
    let redirect = registered.and_then(|address| Url::parse(address).ok());
    let redirect =
        redirect.ok_or_else(|| refuse("the redirect_uri is not one that this app has registered"))?;
    Ok((app, redirect))
}

fn send_back(redirect: &Url, request: &AuthorizationRequest, parameters: &[(&str, &str)]) -> Response {
    let mut target = redirect.clone();
    target.query_pairs_mut().extend_pairs(parameters);
    if let Some(state) = &request.state {
        target.query_pairs_mut().append_pair("state", state);
    }
    // 302 is what Close documents; a 303 keeps the form's method from being repeated and is not.
    let mut response = Redirect::to(target.as_str()).into_response();
    *response.status_mut() = StatusCode::FOUND;
    response
}

fn hidden_fields(request: &AuthorizationRequest) -> Vec<(&'static str, String)> {
    [
        ("client_id", &request.client_id),
        ("response_type", &request.response_type),
        ("redirect_uri", &request.redirect_uri),
        ("scope", &request.scope),
        ("state", &request.state),
        ("code_challenge", &request.code_challenge),
        ("code_challenge_method", &request.code_challenge_method),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value.clone()?)))
    .collect()
}

fn choices(shared: &Shared) -> Vec<Choice> {
    let world = shared.world();
    let mut choices = Vec::new();
    for user in world.everyone(Kind::User) {
        let name = |member| text(user, member).unwrap_or_default();
        let person = format!("{} {}", name("first_name"), name("last_name"));
        let memberships =
            user.get("organizations").and_then(serde_json::Value::as_array).into_iter().flatten();
        for organization_id in memberships.filter_map(serde_json::Value::as_str) {
            let organization = world.object(Kind::Organization, organization_id);
            choices.push(Choice {
                value: format!("{}|{organization_id}", name("id")),
                person: person.clone(),
                organization: organization
                    .and_then(|found| text(found, "name"))
                    .unwrap_or_default()
                    .to_owned(),
            });
        }
    }
    choices
}

fn problem(status: StatusCode, what: &str) -> Response {
    (status, format!("This authorization request cannot be served: {what}.\n")).into_response()
}
