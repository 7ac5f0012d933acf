//! What surrounds every request, also those of OAuth: its body is read, faults are acted out, and it is recorded.
//!
//! Requests for `/_twin/` pass untouched, so that a test can always ask whether the twin is ready.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::stream::{self, StreamExt as _};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request, StatusCode, header};
use serde_json::{Value, json};

use super::account::Account;
use super::answer::{Refusal, json_response};
use super::authentication::{AuthorizationKind, authenticate};
use super::connection::Connection;
use super::faults::{FaultAnswer, FaultKind};
use super::files::UPLOADS;
use super::limits::Allowance;
use super::recorder::RecordedRequest;
use super::service::too_many;
use super::state::Shared;

/// Most bytes of a request body.
const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// Wraps a request.
pub(crate) async fn observe(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<Connection>,
    request: Request<Body>,
    next: Next,
) -> Response {
    if request.uri().path().starts_with("/_twin/") {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let reading = tokio::time::timeout(shared.patience, axum::body::to_bytes(body, BODY_LIMIT));
    let body = match reading.await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => {
            return refused(&shared, StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large.");
        }
        Err(_) => {
            return refused(&shared, StatusCode::REQUEST_TIMEOUT, "The request body did not come in time.");
        }
    };
    let fault =
        shared.faults.take(parts.method.as_str(), parts.uri.path(), &accounts(&shared, &parts, &body));
    let go_on = || next.run(Request::from_parts(parts.clone(), Body::from(body.clone())));
    let mut status = None;
    let mut response = match fault {
        None => go_on().await,
        Some(FaultKind::Status(status)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            json_response(status, &json!({"error": status.canonical_reason().unwrap_or("Error")}))
        }
        Some(FaultKind::Answer(answer)) => given(answer),
        Some(FaultKind::Html) => bad_gateway(),
        Some(FaultKind::RateLimited { reset_seconds }) => too_many(&Allowance {
            limit: 100,
            remaining: 0,
            reset_seconds: f64::from(reset_seconds),
            exceeded: true,
        }),
        Some(FaultKind::DropBefore) => {
            connection.cut();
            status = Some(0);
            Response::new(Body::empty())
        }
        Some(FaultKind::DropAfter) => {
            let response = go_on().await;
            connection.cut();
            status = Some(0);
            response
        }
        Some(FaultKind::Delay(duration)) => {
            tokio::time::sleep(duration).await;
            go_on().await
        }
        Some(FaultKind::DelayAnswer(duration)) => {
            let response = go_on().await;
            tokio::time::sleep(duration).await;
            response
        }
        Some(FaultKind::Dribble { bytes, pause }) => dribbled(go_on().await, bytes, pause).await,
        Some(FaultKind::MalformedJson) => malformed(go_on().await).await,
        Some(FaultKind::Truncated) => truncated(go_on().await).await,
    };
    record(&shared, &parts, &body, status.unwrap_or_else(|| response.status().as_u16()));
    date(&shared, &mut response);
    response
}

/// Of the accounts that faults are aimed at, those this request belongs to.
fn accounts(shared: &Shared, parts: &Parts, body: &Bytes) -> Vec<String> {
    let mut aimed_at = shared.faults.accounts();
    if aimed_at.is_empty() {
        return aimed_at;
    }
    let identity = authenticate(shared, &parts.headers).ok().or_else(|| {
        let mut form = url::form_urlencoded::parse(body);
        form.find_map(|(name, value)| {
            let names_somebody = matches!(&*name, "code" | "refresh_token" | "token");
            names_somebody.then(|| shared.grants.owner(&value)).flatten()
        })
    });
    aimed_at.retain(|named| {
        let account = Account::find(shared, named);
        identity.as_ref().is_some_and(|identity| account.is_some_and(|account| account.is(identity)))
    });
    aimed_at
}

/// A request that was not read to its end: the connection cannot be used any more.
fn refused(shared: &Shared, status: StatusCode, message: &str) -> Response {
    let mut response = Refusal::Message(status, message.to_owned()).into_response();
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    date(shared, &mut response);
    response
}

fn given(answer: FaultAnswer) -> Response {
    let (body, content_type) = match answer.body {
        Value::Null => (Body::empty(), None),
        Value::String(text) => (Body::from(text), Some("text/plain; charset=utf-8")),
        value => (Body::from(value.to_string()), Some("application/json")),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(content_type) = content_type {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
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

/// The same answer in pieces, each after a pause.
async fn dribbled(response: Response, bytes: usize, pause: Duration) -> Response {
    let (parts, body) = whole(response).await;
    let pieces: Vec<Bytes> = body.chunks(bytes.max(1)).map(Bytes::copy_from_slice).collect();
    let pieces = stream::iter(pieces).then(move |piece| async move {
        tokio::time::sleep(pause).await;
        Ok::<Bytes, Infallible>(piece)
    });
    announced(parts, body.len(), Body::from_stream(pieces))
}

/// The same answer without the last byte of its body; `{` for one without a body.
async fn malformed(response: Response) -> Response {
    let (mut parts, body) = whole(response).await;
    parts.headers.remove(header::CONTENT_LENGTH);
    let shorter =
        body.split_last().map_or_else(|| Bytes::from_static(b"{"), |(_, rest)| Bytes::copy_from_slice(rest));
    let mut response = Response::from_parts(parts, Body::from(shorter));
    // A status that has no body by definition would hide it.
    if response.status() == StatusCode::NO_CONTENT {
        *response.status_mut() = StatusCode::OK;
    }
    response
}

/// The same answer up to the middle of its body, after which the connection ends.
async fn truncated(response: Response) -> Response {
    let (parts, body) = whole(response).await;
    let half = stream::once(std::future::ready(Ok(body.slice(..body.len() / 2))));
    let end = stream::once(async {
        // Whoever writes the answer sends what it has before it asks again.
        tokio::task::yield_now().await;
        Err(io::Error::new(io::ErrorKind::ConnectionAborted, "connection cut on request"))
    });
    announced(parts, body.len(), Body::from_stream(half.chain(end)))
}

/// An answer that tells the length of a body that comes in pieces.
fn announced(parts: http::response::Parts, length: usize, body: Body) -> Response {
    let mut response = Response::from_parts(parts, body);
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    response
}

/// Everything the twin answers is in memory, so reading it cannot fail.
async fn whole(response: Response) -> (http::response::Parts, Bytes) {
    let (parts, body) = response.into_parts();
    (parts, axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default())
}

/// The twin's time, which may not be the machine's.
fn date(shared: &Shared, response: &mut Response) {
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    let now = printer.timestamp_to_rfc9110_string(&shared.clock.now()).ok();
    if let Some(now) = now.and_then(|now| HeaderValue::try_from(now).ok()) {
        response.headers_mut().insert(header::DATE, now);
    }
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
