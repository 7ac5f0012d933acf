//! The levers of [`Control`] over HTTP, for programs in other processes.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::faults::FaultRule;
use super::state::Shared;
use crate::control::Control;
use crate::delivery::DeliveryFaults;

/// Routes below `/_twin/`.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/_twin/faults", post(add_fault))
        .route("/_twin/clock/advance", post(advance_clock))
        .route("/_twin/tokens/expire", post(expire_tokens))
        .route("/_twin/grants/revoke", post(revoke_grants))
        .route("/_twin/oauth_apps", post(register_app))
        .route("/_twin/requests", get(requests))
        .route("/_twin/deliveries", get(deliveries))
        .route("/_twin/deliveries/settle", post(settle_deliveries))
        .route("/_twin/deliveries/faults", post(disturb_deliveries))
        .route("/_twin/reset", post(reset))
}

type Outcome = (StatusCode, Json<Value>);

fn done() -> Outcome {
    (StatusCode::OK, Json(json!({})))
}

fn found(found: bool) -> Outcome {
    if found {
        done()
    } else {
        (StatusCode::NOT_FOUND, Json(json!({"error": "No user has this e-mail address."})))
    }
}

async fn add_fault(State(shared): State<Arc<Shared>>, Json(rule): Json<FaultRule>) -> Outcome {
    shared.faults.add(rule);
    done()
}

#[derive(Deserialize)]
struct Advance {
    seconds: u64,
}

async fn advance_clock(State(shared): State<Arc<Shared>>, Json(advance): Json<Advance>) -> Outcome {
    shared.advance_clock(Duration::from_secs(advance.seconds));
    (StatusCode::OK, Json(json!({"now": shared.clock.now().to_string()})))
}

#[derive(Deserialize)]
struct Person {
    user_email: String,
}

async fn expire_tokens(State(shared): State<Arc<Shared>>, Json(person): Json<Person>) -> Outcome {
    found(Control::new(shared).expire_access_tokens(&person.user_email))
}

async fn revoke_grants(State(shared): State<Arc<Shared>>, Json(person): Json<Person>) -> Outcome {
    found(Control::new(shared).revoke_grants(&person.user_email))
}

#[derive(Deserialize)]
struct NewApp {
    name: String,
    redirect_uri: String,
}

async fn register_app(State(shared): State<Arc<Shared>>, Json(app): Json<NewApp>) -> Outcome {
    let app = shared.grants.register_app(&app.name, &app.redirect_uri);
    (StatusCode::CREATED, Json(json!(app)))
}

async fn requests(State(shared): State<Arc<Shared>>) -> Outcome {
    (StatusCode::OK, Json(json!({"requests": shared.recorder.all()})))
}

async fn deliveries(State(shared): State<Arc<Shared>>) -> Outcome {
    (StatusCode::OK, Json(json!({"deliveries": shared.outbox.deliveries()})))
}

/// Answers once every delivery that is due has been attempted.
async fn settle_deliveries(State(shared): State<Arc<Shared>>) -> Outcome {
    Control::new(Arc::clone(&shared)).deliveries_settled().await;
    deliveries(State(shared)).await
}

async fn disturb_deliveries(
    State(shared): State<Arc<Shared>>,
    Json(faults): Json<DeliveryFaults>,
) -> Outcome {
    shared.outbox.disturb(faults);
    done()
}

async fn reset(State(shared): State<Arc<Shared>>) -> Outcome {
    match shared.reset() {
        Ok(()) => done(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({"error": error.to_string()}))),
    }
}
