//! Around every request: its id, its span, its line in the log, its place in the metrics.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use http::{HeaderMap, Method, Request, Response};
use jiff::Timestamp;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tokio::time::Instant;
use tower::Service;
use tower::layer::layer_fn;
use tracing::field::Empty;
use tracing::{Instrument, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::door::{Door, Place, Route};
use crate::labels;
use crate::log_time;
use crate::metrics::{Metrics, request_labels};
use crate::request_id::{REQUEST_ID_HEADER, RequestId};
use crate::request_log::RequestLog;
use crate::traces::TARGET;

/// Puts everything that is known of requests around all routes of `router`, known and unknown. Add routes first:
/// what is merged afterwards is not observed.
pub fn observe(router: Router, metrics: &Metrics, log: &RequestLog) -> Router {
    let (metrics, log) = (metrics.clone(), log.clone());
    let observed = move |inner| Observed { inner, metrics: metrics.clone(), log: log.clone(), route: None };
    router.layer(layer_fn(observed))
}

/// The same around a service that stands where a router would have `route`.
pub fn observe_service<S>(inner: S, route: &'static str, metrics: &Metrics, log: &RequestLog) -> Observed<S> {
    Observed { inner, metrics: metrics.clone(), log: log.clone(), route: Some(route) }
}

/// A service whose requests are watched.
#[derive(Clone, Debug)]
pub struct Observed<S> {
    inner: S,
    metrics: Metrics,
    log: RequestLog,
    route: Option<&'static str>,
}

impl<S, B, R> Service<Request<B>> for Observed<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let id = RequestId::of(&request);
        let header = id.header();
        let mut exchange = Exchange::begin(self.metrics.clone(), self.route, &request, &id);
        // Junk is replaced there too.
        if let Some(value) = header.as_ref().filter(|_| request.headers().contains_key(REQUEST_ID_HEADER)) {
            request.headers_mut().insert(REQUEST_ID_HEADER, value.clone());
        }
        request.extensions_mut().insert(id);
        let (traced, logged) = (exchange.traced.clone(), exchange.logged.clone());
        let answer = traced.in_scope(|| logged.in_scope(|| self.inner.call(request)));
        let log = self.log.clone();
        Box::pin(async move {
            let mut response = answer.instrument(logged).instrument(traced).await?;
            if let Some(value) = header {
                response.headers_mut().insert(REQUEST_ID_HEADER, value);
            }
            exchange.answered(&response);
            exchange.count();
            // The client does not wait for the line in the log. A trace ends when its request does: it is only let
            // past the answer, by a task that is dropped, and the exchange with it, where it never comes to run.
            if exchange.traced.is_disabled() {
                log.answered(exchange);
            } else {
                tokio::spawn(async move { drop(exchange) });
            }
            Ok(response)
        })
    }
}

/// A request under way. It is counted, if it was not yet, and logged when dropped, so that one whose client went away
/// is too.
#[derive(Debug)]
pub(crate) struct Exchange {
    metrics: Metrics,
    /// The span for traces.
    traced: Span,
    /// The span for logs, within: it holds the request id and nothing else.
    logged: Span,
    place: Place,
    method: Method,
    started: Instant,
    status: Option<u16>,
    grpc_code: Option<&'static str>,
    /// How long it took, and when it ended, once it has been counted.
    ended: Option<(Duration, Timestamp)>,
}

impl Exchange {
    fn begin<B>(metrics: Metrics, route: Option<&'static str>, request: &Request<B>, id: &RequestId) -> Self {
        metrics.request_began();
        let place = Place::of(request, route);
        let method = request.method().clone();
        let id = id.as_str();
        let traced = traced(request, &place, id);
        let logged = tracing::info_span!(parent: &traced, "request", request_id = id, call.id = Empty, call.tool = Empty);
        let started = Instant::now();
        Self { metrics, traced, logged, place, method, started, status: None, grpc_code: None, ended: None }
    }

    /// Puts the request into the metrics, once; says how long it took and when it ended.
    fn count(&mut self) -> (Duration, Timestamp) {
        if let Some(ended) = self.ended {
            return ended;
        }
        let took = self.started.elapsed();
        let ended = *self.ended.insert((took, Timestamp::now()));
        self.metrics.request_ended(request_labels(self.place.door, &self.method, self.status), took);
        if let Some(code) = self.grpc_code {
            self.metrics.grpc_answered(code);
        }
        ended
    }

    fn answered<R>(&mut self, response: &Response<R>) {
        self.status = Some(response.status().as_u16());
        if let Some(Route(route)) = response.extensions().get::<Route>() {
            if !self.traced.is_disabled() {
                // The field for the name counts only until the span has begun.
                let name = format!("{} {route}", labels::method(&self.method));
                self.traced.context().span().update_name(name);
            }
            self.place.route = Some(route.clone().into_owned());
        }
        if self.place.door == Door::Grpc {
            // An error stands in the header. After a success there is a body, and the code comes behind it.
            let code = response.headers().get("grpc-status");
            self.grpc_code = Some(code.map_or("OK", |code| labels::grpc_code(code.as_bytes())));
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let (took, ended) = self.count();
        let failed = self.status.is_none_or(|status| status >= 500);
        self.traced.record("http.route", self.place.route.as_deref());
        self.traced.record("http.response.status_code", self.status);
        self.traced.record("rpc.grpc.status_code", self.grpc_code);
        if failed {
            self.traced.record("otel.status_code", "ERROR");
        }
        let line = || {
            tracing::info!(
                method = %self.method,
                route = self.place.route.as_deref().unwrap_or("none"),
                status = self.status,
                grpc_code = self.grpc_code,
                duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                "{}",
                if self.status.is_some() { "request answered" } else { "request given up by its client" },
            );
        };
        log_time::at(ended, || self.logged.in_scope(line));
    }
}

/// The span of a request, below the span of the client if it says which.
fn traced<B>(request: &Request<B>, place: &Place, id: &str) -> Span {
    let method = labels::method(request.method());
    let route = place.route.as_deref();
    let span = tracing::info_span!(
        target: TARGET,
        "request",
        request_id = id,
        otel.name = format!("{method} {}", route.unwrap_or_default()).trim_end(),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = Empty,
        http.response.status_code = Empty,
        rpc.grpc.status_code = Empty,
    );
    // Without a layer for traces there is no span.
    if !span.is_disabled() {
        let parent = TraceContextPropagator::new().extract(&Headers(request.headers()));
        let _ = span.set_parent(parent);
    }
    span
}

/// Headers as the reader of `traceparent` wants them.
struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}
