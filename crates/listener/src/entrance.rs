//! Where every request passes before it comes to the router: counted, put in order, or refused.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::response::Response;
use futures_util::FutureExt as _;
use http::header::CONNECTION;
use http::uri::PathAndQuery;
use http::{HeaderValue, Request, Uri, Version};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use crate::activity::{Activity, InFlight};
use crate::application::Application;
use crate::meter::{Counted, Kind};
use crate::patient::Patient;
use crate::refusal::{Dialect, Refusal};
use crate::shared::Shared;

/// The entrance of one connection.
#[derive(Debug, Clone)]
pub(crate) struct Entrance {
    pub(crate) application: Application,
    pub(crate) shared: Arc<Shared>,
    pub(crate) activity: Arc<Activity>,
    pub(crate) peer: SocketAddr,
    /// Set if the connection is one too many: its request is refused, and this says that it can be closed.
    pub(crate) refuse: Option<CancellationToken>,
}

impl hyper::service::Service<Request<Incoming>> for Entrance {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let held = Held {
            _in_flight: self.activity.request(),
            _counted: self.shared.meter.count(Kind::Request),
            permit: None,
        };
        Box::pin(self.clone().admit(request, held))
    }
}

/// What a request holds until its answer has been given away.
#[derive(Debug)]
struct Held {
    _in_flight: InFlight,
    _counted: Counted,
    permit: Option<OwnedSemaphorePermit>,
}

impl Entrance {
    async fn admit(self, mut request: Request<Incoming>, mut held: Held) -> Result<Response, Infallible> {
        single_slash(request.uri_mut());
        let (version, dialect) = (request.version(), Dialect::of(request.headers()));
        let answer = if let Some(close) = &self.refuse {
            close.cancel();
            let mut answer = Refusal::TooManyConnections.answer(dialect);
            if version < Version::HTTP_2 {
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            answer
        } else if self.shared.is_always_answered(request.uri().path()) {
            self.route(request, dialect).await
        } else if let Some(permit) = self.shared.request() {
            held.permit = Some(permit);
            self.route(request, dialect).await
        } else {
            Refusal::TooManyRequests.answer(dialect)
        };
        Ok(answer.map(|body| Body::new(HeldBody { body, _held: held })))
    }

    async fn route(self, mut request: Request<Incoming>, dialect: Dialect) -> Response {
        request.extensions_mut().insert(ConnectInfo(self.peer));
        let patience = self.shared.limits.body_timeout;
        let request = request.map(|body| Body::new(Patient::new(body, patience)));
        let uri = request.uri().clone();
        let answering = async { self.application.answer(request).await };
        match AssertUnwindSafe(answering).catch_unwind().await {
            Ok(Ok(answer)) => answer,
            Ok(Err(never)) => match never {},
            Err(_) => {
                tracing::error!(path = uri.path(), "a request was ended by a panic");
                Refusal::Broken.answer(dialect)
            }
        }
    }
}

/// Takes a doubled slash from the start of a path: the Python SDK asks for `//oauth/token` where it was given an
/// address with a slash at its end.
fn single_slash(uri: &mut Uri) {
    let Some(whole) = uri.path_and_query().map(PathAndQuery::as_str).filter(|whole| whole.starts_with("//"))
    else {
        return;
    };
    let single = format!("/{}", whole.trim_start_matches('/'));
    let Ok(single) = PathAndQuery::try_from(single) else { return };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(single);
    if let Ok(changed) = Uri::from_parts(parts) {
        *uri = changed;
    }
}

/// A body that holds what its request holds.
struct HeldBody {
    body: Body,
    _held: Held,
}

impl http_body::Body for HeldBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
