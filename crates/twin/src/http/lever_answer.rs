//! What levers take and answer: JSON, and plain words about what is wrong with it.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::state::Shared;
use crate::lever_error::LeverError;

/// Answers of levers: JSON, or a 400 that says what is wrong.
pub(super) type Outcome = Result<Json<Value>, Refused>;

/// A lever that was not pulled.
#[derive(Debug)]
pub(super) struct Refused(StatusCode, String);

impl Refused {
    /// 404: what the lever is meant for does not exist.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self(StatusCode::NOT_FOUND, message.into())
    }
}

impl From<LeverError> for Refused {
    fn from(error: LeverError) -> Self {
        Self(StatusCode::BAD_REQUEST, error.to_string())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

/// A body of JSON, whatever the request calls it.
pub(super) struct Given<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Shared>> for Given<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, Refused> {
        let body = Bytes::from_request(request, shared).await;
        let body = body.map_err(|error| Refused(error.status(), error.body_text()))?;
        serde_json::from_slice(&body)
            .map(Self)
            .map_err(|error| Refused(StatusCode::BAD_REQUEST, format!("The body cannot be used: {error}.")))
    }
}

/// The answer of a lever that has nothing to tell.
pub(super) fn done() -> Json<Value> {
    Json(json!({}))
}
