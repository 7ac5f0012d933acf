//! The levers of [`Control`] over HTTP, for programs in other processes.
//!
//! [`LEVERS`] is the one list of them: the routes and what `GET /` says both come from it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::{MethodRouter, delete, get, post};
use axum::{Json, Router};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::faults::FaultRule;
use super::lever_answer::{Given, Outcome, Refused, done};
use super::state::Shared;
use crate::control::Control;
use crate::delivery::DeliveryFaults;
use crate::lever_error::LeverError;
use crate::options::{RateLimits, TokenLifetimes};
use crate::people::NewUser;
use crate::states::DEMO;

/// One lever.
struct Lever {
    method: &'static str,
    path: &'static str,
    /// What it does.
    does: &'static str,
    /// A body it takes; empty when it takes none.
    body: &'static str,
    route: fn() -> MethodRouter<Arc<Shared>>,
}

const fn lever(
    method: &'static str,
    path: &'static str,
    does: &'static str,
    body: &'static str,
    route: fn() -> MethodRouter<Arc<Shared>>,
) -> Lever {
    Lever { method, path, does, body, route }
}

/// Every lever, in the order they are listed.
#[rustfmt::skip]
const LEVERS: &[Lever] = &[
    lever("GET", "/ready", "Answers once the twin does", "", || get(ready)),
    lever("POST", "/reset", "Back to a state: \"demo\" (also without a body), \"empty\", or one that was saved; faults and requests are forgotten, limits, lifetimes and the skew of the clock are as at the start; apps, tokens and the time that was let pass stay", r#"{"state": "demo"}"#, || post(reset)),
    lever("GET", "/states", "The states there are", "", || get(states)),
    lever("POST", "/states", "Keeps everything as it is now under a name", r#"{"name": "before the sale"}"#, || post(save_state)),
    lever("DELETE", "/states/{name}", "Forgets a saved state", "", || delete(forget_state)),
    lever("GET", "/faults", "The faults in force, in the order they apply", "", || get(faults)),
    lever("POST", "/faults", "Makes matching requests go wrong. All members but kind may be left out: method, path_prefix, path (* stands for a segment), account (e-mail address or id of a user, id or name of an organization, API key), probability, seed, times. Kinds: {\"status\": 503}, {\"answer\": {\"status\": 500, \"headers\": {}, \"body\": \"text or JSON\"}}, \"html\", {\"rate_limited\": {\"reset_seconds\": 3}}, \"drop_before\", \"drop_after\", {\"delay_seconds\": 1.5}, {\"delay_answer_seconds\": 1.5}, {\"dribble\": {\"bytes\": 16, \"seconds\": 0.1}}, \"malformed_json\", \"truncated\"", r#"{"method": "POST", "path_prefix": "/api/v1/lead/", "times": 1, "kind": "drop_after"}"#, || post(add_fault)),
    lever("DELETE", "/faults", "Ends all faults", "", || delete(clear_faults)),
    lever("DELETE", "/faults/{id}", "Ends one fault", "", || delete(clear_fault)),
    lever("GET", "/clock", "The twin's time", "", || get(clock)),
    lever("POST", "/clock/advance", "Lets time pass", r#"{"seconds": 3600}"#, || post(advance_clock)),
    lever("POST", "/clock/skew", "Lets the clock go fast or, negative, slow; 0 sets it right", r#"{"seconds": -120}"#, || post(skew_clock)),
    lever("POST", "/tokens/expire", "Lets access tokens expire: those of an account, or one", r#"{"account": "ann@closer.example.com"}"#, || post(expire_tokens)),
    lever("POST", "/grants/revoke", "Ends grants with all their tokens: those of an account, or that of a token", r#"{"account": "ann@closer.example.com"}"#, || post(revoke_grants)),
    lever("GET", "/token_lifetimes", "How long codes and tokens live; null is for ever", "", || get(lifetimes)),
    lever("POST", "/token_lifetimes", "How long codes and tokens live that are given out from now on; what is left out is as usual", r#"{"access_seconds": 60, "refresh_seconds": null, "code_seconds": 60}"#, || post(set_lifetimes)),
    lever("GET", "/rate_limits", "The rate limits", "", || get(rate_limits)),
    lever("POST", "/rate_limits", "Other rate limits from now on; what is left out is as usual", r#"{"default": {"requests": 60, "seconds": 1}, "groups": {"search": {"requests": 2, "seconds": 1}}, "organization_factor": 3, "methods_apart": false}"#, || post(set_rate_limits)),
    lever("POST", "/oauth_apps", "Registers an OAuth app", r#"{"name": "My app", "redirect_uris": ["http://127.0.0.1:8000/callback"]}"#, || post(register_app)),
    lever("POST", "/organizations", "Makes an organization and its administrator; answers an API key", r#"{"name": "North Ltd", "admin_email": "nora@north.example.com"}"#, || post(create_organization)),
    lever("POST", "/users", "Makes a user who joins an organization, named by id or name; answers an API key", r#"{"email": "max@closer.example.com", "first_name": "Max", "last_name": "Hill", "organization": "Closer Inc", "role_id": "user"}"#, || post(create_user)),
    lever("GET", "/api_keys", "The API keys there are", "", || get(api_keys)),
    lever("POST", "/api_keys", "Makes a further API key", r#"{"user": "ann@closer.example.com", "organization": "Closer Inc"}"#, || post(create_api_key)),
    lever("GET", "/deliveries", "The last deliveries of webhooks, oldest first", "", || get(deliveries)),
    lever("POST", "/deliveries/settle", "Answers once every delivery that is due has been attempted", "", || post(settle_deliveries)),
    lever("POST", "/deliveries/faults", "Disturbs the deliveries of events from now on; {} ends it", r#"{"seed": 1, "reorder": 0.2, "repeat": 0.2, "drop": 0.0}"#, || post(disturb_deliveries)),
    lever("GET", "/requests", "The last requests, oldest first", "", || get(requests)),
    lever("DELETE", "/requests", "Forgets the last requests", "", || delete(clear_requests)),
];

/// The routes of all levers.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    let routes = LEVERS.iter().fold(Router::new(), |router, lever| router.route(lever.path, (lever.route)()));
    routes.route("/", get(list)).fallback(nothing).method_not_allowed_fallback(nothing)
}

async fn nothing() -> Refused {
    Refused::not_found("There is no such lever; GET / lists them.")
}

async fn list() -> Json<Value> {
    let shown = |lever: &Lever| {
        let body: Value = serde_json::from_str(lever.body).unwrap_or_default();
        json!({"request": format!("{} {}", lever.method, lever.path), "does": lever.does, "body": body})
    };
    Json(json!({"levers": LEVERS.iter().map(shown).collect::<Vec<Value>>()}))
}

async fn ready() -> Json<Value> {
    Json(json!({"ready": true}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    state: String,
}

async fn reset(State(shared): State<Arc<Shared>>, body: Bytes) -> Outcome {
    let state = if body.trim_ascii().is_empty() {
        DEMO.to_owned()
    } else {
        let wanted: Wanted = serde_json::from_slice(&body)
            .map_err(|error| LeverError::new(format!("The body cannot be used: {error}.")))?;
        wanted.state
    };
    shared.reset(&state)?;
    Ok(Json(json!({ "state": state })))
}

async fn states(State(shared): State<Arc<Shared>>) -> Outcome {
    Ok(Json(json!({"states": shared.states.names()})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    name: String,
}

async fn save_state(State(shared): State<Arc<Shared>>, Given(state): Given<Name>) -> Outcome {
    Control::new(shared).save_state(&state.name)?;
    Ok(done())
}

async fn forget_state(State(shared): State<Arc<Shared>>, Path(name): Path<String>) -> Outcome {
    if shared.states.forget(&name) {
        return Ok(done());
    }
    Err(Refused::not_found(format!("No saved state is called {name:?}.")))
}

async fn faults(State(shared): State<Arc<Shared>>) -> Outcome {
    Ok(Json(json!({"faults": shared.faults.all()})))
}

async fn add_fault(State(shared): State<Arc<Shared>>, Given(rule): Given<FaultRule>) -> Outcome {
    let id = Control::new(shared).fail_next(rule)?;
    Ok(Json(json!({ "id": id })))
}

async fn clear_faults(State(shared): State<Arc<Shared>>) -> Outcome {
    shared.faults.clear();
    Ok(done())
}

async fn clear_fault(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Outcome {
    if id.parse().is_ok_and(|id| shared.faults.remove(id)) {
        return Ok(done());
    }
    Err(Refused::not_found(format!("No fault {id} is in force.")))
}

async fn clock(State(shared): State<Arc<Shared>>) -> Outcome {
    let skew = shared.clock.apart().as_secs_f64();
    Ok(Json(json!({"now": shared.clock.now().to_string(), "skew_seconds": skew})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u64,
}

async fn advance_clock(state: State<Arc<Shared>>, Given(advance): Given<Advance>) -> Outcome {
    state.advance_clock(Duration::from_secs(advance.seconds));
    clock(state).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Skew {
    seconds: f64,
}

async fn skew_clock(state: State<Arc<Shared>>, Given(skew): Given<Skew>) -> Outcome {
    let offset = SignedDuration::try_from_secs_f64(skew.seconds)
        .map_err(|error| LeverError::new(format!("The clock cannot be set: {error}.")))?;
    state.skew_clock(offset);
    clock(state).await
}

/// An account by name, or one token.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whose {
    account: Option<String>,
    token: Option<String>,
}

impl Whose {
    /// Pulls the lever that fits.
    fn pull(&self, account: impl Fn(&str) -> bool, token: impl Fn(&str) -> bool) -> Outcome {
        let found = match (&self.account, &self.token) {
            (Some(named), None) => account(named),
            (None, Some(given)) => token(given),
            _ => return Err(LeverError::new("Give either an account or a token.").into()),
        };
        if found { Ok(done()) } else { Err(Refused::not_found("There is no such account or token.")) }
    }
}

async fn expire_tokens(State(shared): State<Arc<Shared>>, Given(whose): Given<Whose>) -> Outcome {
    let control = Control::new(shared);
    whose.pull(|account| control.expire_access_tokens(account), |token| control.expire_access_token(token))
}

async fn revoke_grants(State(shared): State<Arc<Shared>>, Given(whose): Given<Whose>) -> Outcome {
    let control = Control::new(shared);
    whose.pull(|account| control.revoke_grants(account), |token| control.revoke_grant(token))
}

async fn lifetimes(State(shared): State<Arc<Shared>>) -> Outcome {
    Ok(Json(json!(shared.grants.lifetimes())))
}

async fn set_lifetimes(state: State<Arc<Shared>>, Given(wanted): Given<TokenLifetimes>) -> Outcome {
    state.grants.set_lifetimes(wanted);
    lifetimes(state).await
}

async fn rate_limits(State(shared): State<Arc<Shared>>) -> Outcome {
    Ok(Json(json!(shared.limiter.limits())))
}

async fn set_rate_limits(state: State<Arc<Shared>>, Given(wanted): Given<RateLimits>) -> Outcome {
    Control::new(Arc::clone(&state)).set_rate_limits(wanted)?;
    rate_limits(state).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewApp {
    name: String,
    redirect_uris: Vec<String>,
}

async fn register_app(State(shared): State<Arc<Shared>>, Given(app): Given<NewApp>) -> Outcome {
    if app.redirect_uris.is_empty() {
        return Err(LeverError::new("An app needs at least one of redirect_uris.").into());
    }
    Ok(Json(json!(shared.grants.register_app(&app.name, &app.redirect_uris))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewOrganization {
    name: String,
    admin_email: String,
}

async fn create_organization(
    State(shared): State<Arc<Shared>>,
    Given(new): Given<NewOrganization>,
) -> Outcome {
    Ok(Json(json!(Control::new(shared).create_organization(&new.name, &new.admin_email)?)))
}

async fn create_user(State(shared): State<Arc<Shared>>, Given(new): Given<NewUser>) -> Outcome {
    Ok(Json(json!(Control::new(shared).create_user(&new)?)))
}

async fn api_keys(State(shared): State<Arc<Shared>>) -> Outcome {
    Ok(Json(json!({"api_keys": Control::new(shared).api_keys()})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewKey {
    user: String,
    organization: String,
}

async fn create_api_key(State(shared): State<Arc<Shared>>, Given(new): Given<NewKey>) -> Outcome {
    Ok(Json(json!(Control::new(shared).create_api_key(&new.user, &new.organization)?)))
}

async fn requests(State(shared): State<Arc<Shared>>) -> Outcome {
    Ok(Json(json!({"requests": shared.recorder.all()})))
}

async fn clear_requests(State(shared): State<Arc<Shared>>) -> Outcome {
    shared.recorder.clear();
    Ok(done())
}

async fn deliveries(State(shared): State<Arc<Shared>>) -> Outcome {
    Ok(Json(json!({"deliveries": shared.outbox.deliveries()})))
}

async fn settle_deliveries(State(shared): State<Arc<Shared>>) -> Outcome {
    Control::new(Arc::clone(&shared)).deliveries_settled().await;
    deliveries(State(shared)).await
}

async fn disturb_deliveries(
    State(shared): State<Arc<Shared>>,
    Given(faults): Given<DeliveryFaults>,
) -> Outcome {
    shared.outbox.disturb(faults);
    Ok(done())
}
