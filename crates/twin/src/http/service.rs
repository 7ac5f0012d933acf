//! One request to the API: authentication, limits, the operation itself.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderValue, Request, StatusCode, Uri, header};
use serde_json::{Value, json};

use super::answer::{Refusal, json_response};
use super::authentication::{app, authenticate};
use super::limits::Allowance;
use super::request::{self, Call};
use super::state::Shared;
use crate::resource::Caller;
use crate::{objects, store};

/// Where the API begins.
const API: &str = "/api/v1/";

/// The page that comes with a redirect.
const REDIRECTING: &str = "<!doctype html>\n<title>Redirecting...</title>\n<h1>Redirecting...</h1>\n";

/// Answers everything that has no route of its own: the whole API, and paths that do not exist.
pub(crate) async fn serve(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    // `observe` has read the body, and refused one that is too large.
    let mut response = match axum::body::to_bytes(body, usize::MAX).await {
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
    if let Some(redirect) = redirect(&parts.uri) {
        return redirect;
    }
    let Some(path) = parts.uri.path().strip_prefix(API) else { return Refusal::NoUrl.into_response() };
    let identity = match authenticate(shared, &parts.headers) {
        Ok(identity) => identity,
        Err(refusal) => return refusal.into_response(),
    };
    let who = identity.api_key_id.clone().unwrap_or_else(|| {
        let token = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        token.unwrap_or_default().to_owned()
    });
    let allowance = shared.limiter.count(&who, &identity.organization_id, parts.method.as_str(), path);
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
                    sight: None,
                };
                objects::dispatch(shared, caller, &call)
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

/// 429 with what a client needs to wait as long as it must.
pub(super) fn too_many(allowance: &Allowance) -> Response {
    let mut response = json_response(StatusCode::TOO_MANY_REQUESTS, &count_exceeded(allowance));
    limit_header(&mut response, allowance);
    if let Ok(value) = HeaderValue::try_from(allowance.reset_seconds.ceil().to_string()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// Close documents that only the headers count. Clients in use still read the bodies of before 2024, so both of their
/// shapes are there: `rate_reset` beside the message (recorded in 2017; `tap-closeio`), and under `error`
/// (`airbyte-source-close-com`, which reads it from there or fails). It is a number of seconds: the tap sleeps for it
/// as it stands.
fn count_exceeded(allowance: &Allowance) -> Value {
    let told = json!({
        "message": "API call count exceeded for this period",
        "rate_limit": allowance.limit,
        "rate_limit_type": "key",
        "rate_reset": allowance.reset_seconds,
    });
    let mut body = told.clone();
    body["error"] = told;
    body
}

/// Where a path without its closing slash, or with one too many, leads to: Close's framework redirects it when there
/// is an operation (`airbyte-source-close-com` calls `/api/v1/me` and `/api/v1//custom_field/lead/`).
fn redirect(uri: &Uri) -> Option<Response> {
    let segments: Vec<&str> = uri.path().split('/').filter(|segment| !segment.is_empty()).collect();
    let proper = format!("/{}/", segments.join("/"));
    let segments = request::segments(proper.strip_prefix(API)?)?;
    if proper == uri.path() || !objects::is_known(&segments) {
        return None;
    }
    let location = uri.query().map_or_else(|| proper.clone(), |query| format!("{proper}?{query}"));
    let mut response = Response::new(Body::from(REDIRECTING));
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response.headers_mut().insert(header::LOCATION, HeaderValue::try_from(location).ok()?);
    Some(response)
}
