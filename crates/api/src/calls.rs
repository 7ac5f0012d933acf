//! The way of the usual calls, without a router: everything below `/api`.
//!
//! A router makes several boxes for each request and looks for the route that `rest` finds by itself.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::Response;
use futures_util::FutureExt as _;

use crate::rest;
use crate::router::broken;
use crate::service::Service;

/// Answers requests below `/api`. Cheap to clone.
#[derive(Clone)]
pub struct Calls {
    pub(crate) service: Service,
}

impl Calls {
    /// The route that they have in the router.
    pub const ROUTE: &str = "/api/{*rest}";

    /// Whether a request with this path is one of them.
    pub fn take(path: &str) -> bool {
        path.strip_prefix("/api").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl tower::Service<Request> for Calls {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let answer = AssertUnwindSafe(rest::serve(self.service.clone(), request)).catch_unwind();
        Box::pin(answer.map(|answer| Ok(answer.unwrap_or_else(broken))))
    }
}
