//! Failures as REST says them: AgentKit's form, and beside it Latch's own with all there is to know.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Method, StatusCode};
use latch_gateway::{CallError, ErrorClass};
use serde_json::{Map, Value, json};
use tonic::Code;

use crate::protocol::scalekit::v1::errdetails::ErrorInfo;
use crate::service::Failure;
use crate::wire_error::{ERROR_INFO_TYPE, WireError};

/// A failure on its way out.
#[derive(Debug)]
pub(crate) struct RestError {
    status: Option<StatusCode>,
    allowed: Vec<Method>,
    failure: Failure,
}

impl RestError {
    /// A failure with a status of HTTP's own.
    pub(crate) fn with_status(status: StatusCode, message: &str, hint: Option<&str>) -> Self {
        let class =
            if status == StatusCode::NOT_FOUND { ErrorClass::NotFound } else { ErrorClass::InvalidArguments };
        let mut error = CallError::new(class, message);
        error.hint = hint.map(str::to_owned);
        Self { status: Some(status), allowed: Vec::new(), failure: error.into() }
    }

    /// A route that exists, asked in another way.
    pub(crate) fn other_method(allowed: Vec<Method>) -> Self {
        let words: Vec<&str> = allowed.iter().map(Method::as_str).collect();
        let message = format!("this route takes another method: {}", words.join(", "));
        let error = Self::with_status(StatusCode::METHOD_NOT_ALLOWED, &message, None);
        Self { allowed, ..error }
    }
}

impl RestError {
    /// The same with another status where it would have been `status`.
    pub(crate) fn instead_of(mut self, status: StatusCode, other: StatusCode) -> Self {
        if status_of(WireError::of(&self.failure).code) == status {
            self.status = Some(other);
        }
        self
    }
}

impl From<Failure> for RestError {
    fn from(failure: Failure) -> Self {
        Self { status: None, allowed: Vec::new(), failure }
    }
}

impl From<CallError> for RestError {
    fn from(error: CallError) -> Self {
        Failure::from(error).into()
    }
}

/// HTTP's status for a code, as the gateways of gRPC have it.
fn status_of(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => StatusCode::BAD_REQUEST,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::Cancelled | Code::Unknown | Code::Internal | Code::DataLoss => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

impl IntoResponse for RestError {
    fn into_response(self) -> Response {
        let Self { status, allowed, failure } = self;
        let wire = WireError::of(&failure);
        let status = status.unwrap_or_else(|| status_of(wire.code));
        let body = json!({
            "code": i32::from(wire.code),
            "message": wire.message,
            "details": [details(&wire.info)],
            "error": ours(&failure),
        });
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED && failure.error.class == ErrorClass::Unauthenticated {
            headers.append(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"latch\""));
            headers.append(
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Basic realm=\"latch\", charset=\"UTF-8\""),
            );
        }
        if let Some(wait) = failure.error.retry_after {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if !allowed.is_empty() {
            let words: Vec<&str> = allowed.iter().map(Method::as_str).collect();
            if let Ok(value) = HeaderValue::from_str(&words.join(", ")) {
                headers.insert(ALLOW, value);
            }
        }
        response
    }
}

/// The details in the form that gateways of gRPC give them.
fn details(info: &ErrorInfo) -> Value {
    let mut members = Map::new();
    members.insert("@type".to_owned(), json!(ERROR_INFO_TYPE));
    members.insert("error_code".to_owned(), json!(info.error_code));
    if let Some(found) = &info.validation_error_info {
        let violations: Vec<Value> = found
            .field_violations
            .iter()
            .map(|entry| json!({"field": entry.field, "description": entry.description, "constraint": entry.constraint}))
            .collect();
        members.insert("validation_error_info".to_owned(), json!({"field_violations": violations}));
    }
    if let Some(tool) = &info.tool_error_info {
        let tool = json!({
            "execution_id": tool.execution_id,
            "tool_error_message": tool.tool_error_message,
            "tool_error_code": tool.tool_error_code,
        });
        members.insert("tool_error_info".to_owned(), tool);
    }
    if let Some(help) = &info.help_info {
        let links: Vec<Value> =
            help.links.iter().map(|link| json!({"description": link.description, "url": link.url})).collect();
        members.insert("help_info".to_owned(), json!({"links": links}));
    }
    Value::Object(members)
}

/// The error in Latch's own words, as the command line and scripts have it too.
fn ours(failure: &Failure) -> Value {
    let error = &failure.error;
    let mut members = serde_json::to_value(error).unwrap_or_else(|_| json!({"message": error.message}));
    let problems: Vec<Value> = error
        .problems
        .iter()
        .map(|problem| json!({"kind": problem.kind(), "parameter": problem.parameter(), "detail": problem.detail()}))
        .chain(failure.violations.iter().map(|found| {
            json!({"kind": found.constraint, "parameter": found.field, "detail": format!("{} {}", found.field, found.description)})
        }))
        .collect();
    if let (Value::Object(members), false) = (&mut members, problems.is_empty()) {
        members.insert("problems".to_owned(), Value::Array(problems));
    }
    members
}
