//! The doors in one router, and the limits that hold for all of them.

use std::any::Any;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use http::StatusCode;
use http::header::CONTENT_LENGTH;
use latch_gateway::{CallError, ErrorClass, Gateway};
use tower_http::catch_panic::CatchPanicLayer;

use crate::calls::Calls;
use crate::concurrency::Concurrency;
use crate::rest::body::LARGEST_BODY;
use crate::rest::error::RestError;
use crate::service::Service;
use crate::{grpc, oauth, openapi, proxy, rest};

/// The operator's settings.
#[derive(Debug, Clone, Copy)]
pub struct ApiOptions {
    /// How many calls one API client may have under way at once. Default: 64.
    pub calls_per_client: usize,
}

impl Default for ApiOptions {
    fn default() -> Self {
        Self { calls_per_client: 64 }
    }
}

/// REST, gRPC and what belongs to them.
#[derive(Clone)]
pub struct Doors {
    /// All of it.
    ///
    /// gRPC needs HTTP/2, in clear or not; everything else takes either version.
    pub router: Router,
    /// What [`Calls::take`] takes, on a shorter way than through the router.
    pub calls: Calls,
}

/// The doors in front of `gateway`.
pub fn doors(gateway: Gateway, options: ApiOptions) -> Doors {
    let concurrency = Concurrency::new(options.calls_per_client);
    let service = Service { gateway, concurrency };
    let calls = Calls { service: service.clone() };
    let usual = Router::new().route_service("/api", calls.clone()).route_service(Calls::ROUTE, calls.clone());
    let others = Router::new()
        .route("/oauth/token", post(oauth::token))
        .route("/keys", get(oauth::keys))
        .route("/openapi.json", get(openapi::serve))
        .route("/reference", get(openapi::reference))
        .route("/proxy/{*path}", any(proxy::pass))
        .method_not_allowed_fallback(async || {
            RestError::with_status(StatusCode::METHOD_NOT_ALLOWED, "this address takes another method", None)
        })
        .fallback(nothing_here)
        .layer((
            CatchPanicLayer::custom(broken),
            middleware::from_fn(read_small_bodies),
            DefaultBodyLimit::max(LARGEST_BODY),
        ))
        .with_state(service.clone());
    let router = usual.merge(others).merge(grpc::router(service).layer(CatchPanicLayer::custom(broken)));
    Doors { router, calls }
}

/// What a request that ended in a panic is answered with.
pub(crate) fn broken(_: Box<dyn Any + Send>) -> Response {
    let message = "something went wrong within Latch; its log says what";
    RestError::from(CallError::new(ErrorClass::Internal, message)).into_response()
}

/// Bodies up to this size are read before anything is answered.
const SMALL_BODY: usize = 64 * 1024;

async fn read_small_bodies(request: Request, next: Next) -> Response {
    match with_small_body_read(request).await {
        Ok(request) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// A connection on which an answer was given before the body had come has to be closed, and the client's next
/// request is lost with it. So what is small is read first, also where the answer does not depend on it.
pub(crate) async fn with_small_body_read(request: Request) -> Result<Request, RestError> {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if !length.is_some_and(|length: usize| (1..=SMALL_BODY).contains(&length)) {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    let bytes = rest::body::bytes(body).await?;
    Ok(Request::from_parts(parts, bytes.into()))
}

async fn nothing_here(request: Request) -> Response {
    let path: String = request.uri().path().chars().take(100).collect();
    if grpc::is_grpc(request.headers()) {
        return grpc::unimplemented(&path);
    }
    let hint = "/openapi.json lists every route, and /reference shows them for reading";
    RestError::with_status(StatusCode::NOT_FOUND, &format!("there is nothing at {path}"), Some(hint))
        .into_response()
}
