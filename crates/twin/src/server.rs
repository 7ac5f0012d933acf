//! The routes of the twin: OAuth, files, the levers, and one door to every resource.

use std::sync::Arc;

use axum::{Router, middleware};
use tokio_util::sync::CancellationToken;

use crate::http::{self, Connection, Listener, Shared};
use crate::oauth;

/// All routes. The API has none of its own: [`http::serve`] finds the resource a path names.
pub(crate) fn application(shared: Arc<Shared>, control: bool) -> Router {
    let mut router = oauth::routes().merge(http::file_routes()).merge(http::export_routes());
    if control {
        router = router.merge(http::lever_routes());
    }
    let observe = middleware::from_fn_with_state(Arc::clone(&shared), http::observe);
    router.fallback(http::serve).layer(observe).with_state(shared)
}

/// Serves until told to stop.
pub(crate) async fn run(listener: Listener, application: Router, stop: CancellationToken) {
    let service = application.into_make_service_with_connect_info::<Connection>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned());
    if let Err(error) = serving.await {
        tracing::error!(%error, "the twin stopped serving");
    }
}
