//! Serving: the routes of the twin, and the loop that answers connections.
//!
//! Promises that no client can hold a connection open by sending a request slowly or never, and that whatever cannot
//! be read as HTTP is answered with a 400 or closed.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router, middleware};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::http::{self, Shared, Stream};
use crate::store::Scratch;
use crate::{description, oauth, view};

/// How long to wait when the system has no connections left to give.
const BREATH: Duration = Duration::from_millis(50);

/// All routes. The API has none of its own: [`http::serve`] finds the resource a path names.
pub(crate) fn application(shared: Arc<Shared>) -> Router {
    let observe = middleware::from_fn_with_state(Arc::clone(&shared), http::observe);
    oauth::routes()
        .merge(http::file_routes())
        .merge(http::export_routes())
        .merge(view::routes())
        .route(description::PATH, get(describe))
        .route("/_twin/ready", get(async || Json(json!({"ready": true}))))
        .fallback(http::serve)
        .layer(observe)
        .with_state(shared)
}

async fn describe(State(shared): State<Arc<Shared>>) -> Response {
    let (world, scratch) = (shared.world(), Scratch::default());
    description::response(world.reader(&scratch))
}

/// The routes of the control address.
pub(crate) fn control(shared: Arc<Shared>) -> Router {
    http::lever_routes().with_state(shared)
}

/// Serves until told to stop, then lets requests in progress finish.
pub(crate) async fn run(
    listener: TcpListener,
    application: Router,
    patience: Duration,
    stop: CancellationToken,
) {
    let graceful = GracefulShutdown::new();
    // Dropped with this future, and every connection with it.
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, _)) => {
                // Small answers leave at once; a system that does not know how sends them a moment later.
                drop(stream.set_nodelay(true));
                let (stream, connection) = Stream::new(stream);
                let application = application.clone();
                let answer = service_fn(move |mut request: hyper::Request<Incoming>| {
                    request.extensions_mut().insert(connection.clone());
                    application.clone().oneshot(request.map(Body::new))
                });
                let serving = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(patience)
                    .serve_connection(TokioIo::new(stream), answer);
                let serving = graceful.watch(serving);
                connections.spawn(async move {
                    if let Err(error) = serving.await {
                        tracing::debug!(%error, "a connection to the twin ended early");
                    }
                });
            }
            Err(error) => {
                tracing::debug!(%error, "a connection to the twin was not accepted");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    drop(listener);
    graceful.shutdown().await;
}
