//! Errors of the gateway as HTTP says them.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use latch_gateway::{CallError, ErrorClass};
use serde_json::{Value, json};

/// An error on its way out.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    error: Box<CallError>,
}

impl ApiError {
    pub(crate) fn with_status(status: StatusCode, error: CallError) -> Self {
        Self { status, error: Box::new(error) }
    }
}

impl From<CallError> for ApiError {
    fn from(error: CallError) -> Self {
        Self::with_status(status_of(&error), error)
    }
}

fn status_of(error: &CallError) -> StatusCode {
    match error.class {
        ErrorClass::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorClass::UnknownFunction | ErrorClass::NotFound => StatusCode::NOT_FOUND,
        ErrorClass::InvalidArguments | ErrorClass::AccountNotActive | ErrorClass::NotConfigured => {
            StatusCode::BAD_REQUEST
        }
        ErrorClass::PermissionDenied | ErrorClass::ApprovalRequired => StatusCode::FORBIDDEN,
        ErrorClass::Api => match error.close_status {
            Some(403) => StatusCode::FORBIDDEN,
            Some(404) => StatusCode::NOT_FOUND,
            Some(400..=499) => StatusCode::BAD_REQUEST,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        },
        ErrorClass::RateLimited | ErrorClass::Overloaded => StatusCode::TOO_MANY_REQUESTS,
        ErrorClass::AlreadyExists => StatusCode::CONFLICT,
        ErrorClass::Network | ErrorClass::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        ErrorClass::Timeout => StatusCode::GATEWAY_TIMEOUT,
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Self { status, error } = self;
        let mut members = serde_json::to_value(&error).unwrap_or_else(|_| json!({"message": error.message}));
        if let (Value::Object(members), false) = (&mut members, error.problems.is_empty()) {
            let problems: Vec<Value> = error
                .problems
                .iter()
                .map(|problem| json!({"kind": problem.kind(), "parameter": problem.parameter(), "detail": problem.detail()}))
                .collect();
            members.insert("problems".to_owned(), Value::Array(problems));
        }
        let mut response = (status, Json(json!({"error": members}))).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"latch\", charset=\"UTF-8\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(wait) = error.retry_after {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
