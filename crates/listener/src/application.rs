//! What a server gives its requests to.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use http::Request;
use tower::Service as _;

/// An answer that is being made. There always is one.
pub type Answering = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

/// What answers requests: a router, or something that has a shorter way for the usual ones. Clones share it.
#[derive(Clone)]
pub struct Application(Arc<dyn Fn(Request<Body>) -> Answering + Send + Sync>);

impl Application {
    /// Answers every request with what `answer` makes of it. A panic in it ends the one request.
    pub fn new(answer: impl Fn(Request<Body>) -> Answering + Send + Sync + 'static) -> Self {
        Self(Arc::new(answer))
    }

    pub(crate) fn answer(&self, request: Request<Body>) -> Answering {
        (self.0)(request)
    }
}

impl From<Router> for Application {
    fn from(router: Router) -> Self {
        Self::new(move |request| Box::pin(router.clone().call(request)))
    }
}

impl fmt::Debug for Application {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Application").finish_non_exhaustive()
    }
}
