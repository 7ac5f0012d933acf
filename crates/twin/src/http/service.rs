//! One request from arrival to answer: faults, authentication, limits, the API itself, recording.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::middleware::Next;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderValue, Request, StatusCode, header};
use serde_json::json;

use super::answer::{Refusal, json_response};
use super::authentication::{AuthorizationKind, app, authenticate};
use super::connection::Connection;
use super::faults::FaultKind;
use super::files::UPLOADS;
use super::limits::Allowance;
use super::recorder::RecordedRequest;
use super::request::Call;
use super::state::Shared;
use crate::resource::Caller;
use crate::{objects, store};

/// Where the API begins.
const API: &str = "/api/v1/";

/// Most bytes of a request body.
const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// Wraps every request, also those of OAuth: acts out faults and records what came. The levers pass untouched.
pub(crate) async fn observe(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request<Body>,
    next: Next,
) -> Response {
    if request.uri().path().starts_with("/_twin/") {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        let message = format!("The request body is larger than {BODY_LIMIT} bytes.");
        return Refusal::Message(StatusCode::PAYLOAD_TOO_LARGE, message).into_response();
    };
    let fault = shared.faults.take(parts.method.as_str(), parts.uri.path());
    if let Some(FaultKind::Delay(duration)) = &fault {
        tokio::time::sleep(*duration).await;
    }
    let dropped = matches!(fault, Some(FaultKind::DropBefore | FaultKind::DropAfter));
    let response = match fault {
        Some(FaultKind::Status(status)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            json_response(status, &json!({"error": status.canonical_reason().unwrap_or("Error")}))
        }
        Some(FaultKind::Html) => bad_gateway(),
        Some(FaultKind::RateLimited { reset_seconds }) => too_many(&Allowance {
            limit: 100,
            remaining: 0,
            reset_seconds: f64::from(reset_seconds),
            exceeded: true,
        }),
        Some(FaultKind::DropBefore) => Response::new(Body::empty()),
        Some(FaultKind::DropAfter | FaultKind::Delay(_)) | None => {
            next.run(Request::from_parts(parts.clone(), Body::from(body.clone()))).await
        }
    };
    if dropped {
        connection.cut();
    }
    record(&shared, &parts, &body, if dropped { 0 } else { response.status().as_u16() });
    response
}

/// Answers everything that has no route of its own: the whole API, and paths that do not exist.
pub(crate) async fn serve(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let mut response = match axum::body::to_bytes(body, BODY_LIMIT).await {
        Ok(body) => answer(&shared, &parts, &body),
        Err(_) => Refusal::bad_request("The request body could not be read.").into_response(),
    };
    trace_header(&mut response);
    response
}

/// 32 hexadecimal digits, as recordings of Close show on every answer. They name nothing in the twin.
fn trace_header(response: &mut Response) {
    if let Ok(value) = HeaderValue::try_from(format!("{:032x}", rand::random::<u128>())) {
        response.headers_mut().insert("trace-id", value);
    }
}

fn answer(shared: &Shared, parts: &Parts, body: &Bytes) -> Response {
    let Some(path) = parts.uri.path().strip_prefix(API) else { return Refusal::NoUrl.into_response() };
    let identity = match authenticate(shared, &parts.headers) {
        Ok(identity) => identity,
        Err(refusal) => return refusal.into_response(),
    };
    let who = identity.api_key_id.clone().unwrap_or_else(|| {
        let token = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        token.unwrap_or_default().to_owned()
    });
    let group = path.split('/').next().unwrap_or_default();
    let allowance = shared.limiter.count(&who, group);
    if allowance.exceeded {
        return too_many(&allowance);
    }
    let offset = parts.headers.get("x-tz-offset").and_then(|value| value.to_str().ok());
    let offset = offset.and_then(store::parse_offset_hours).unwrap_or(jiff::tz::Offset::UTC);
    let outcome =
        Call::read(&parts.method, path, parts.uri.query().unwrap_or_default(), &parts.headers, body)
            .and_then(|mut call| {
                call.app = app(shared, &parts.headers);
                let caller = Caller {
                    user_id: identity.user_id,
                    organization_id: identity.organization_id,
                    api_key_id: identity.api_key_id,
                    offset,
                    method: call.method.to_string(),
                    path: parts.uri.path().to_owned(),
                };
                objects::dispatch(shared, &caller, &call)
            });
    let mut response = match outcome {
        Ok(answer) => answer.into_response(),
        Err(refusal) => refusal.into_response(),
    };
    limit_header(&mut response, &allowance);
    response
}

fn limit_header(response: &mut Response, allowance: &Allowance) {
    if let Ok(value) = HeaderValue::try_from(allowance.header()) {
        response.headers_mut().insert("ratelimit", value);
    }
}

fn too_many(allowance: &Allowance) -> Response {
    let body = json!({"error": "API call count exceeded for this period."});
    let mut response = json_response(StatusCode::TOO_MANY_REQUESTS, &body);
    limit_header(&mut response, allowance);
    if let Ok(value) = HeaderValue::try_from(allowance.reset_seconds.ceil().to_string()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

fn bad_gateway() -> Response {
    let page =
        "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response
}

/// A body as text. An uploaded file is not worth its memory here: what is kept of it is its size.
fn readable(parts: &Parts, body: &Bytes) -> String {
    if parts.uri.path() == UPLOADS {
        return format!("<{} bytes>", body.len());
    }
    String::from_utf8_lossy(body).into_owned()
}

fn record(shared: &Shared, parts: &Parts, body: &Bytes, status: u16) {
    shared.recorder.push(RecordedRequest {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        body: readable(parts, body),
        authorization_kind: AuthorizationKind::of(&parts.headers).name().to_owned(),
        status,
    });
}
