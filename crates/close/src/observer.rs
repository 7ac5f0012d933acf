//! Who counts what is asked of Close. This crate tells; it knows nothing of who listens, or what for.

use std::fmt;
use std::time::Duration;

use http::Method;
use tracing::Span;
use tracing::field::Empty;

use crate::options::ClientOptions;

/// One request as it was sent, without anything that says what was asked or by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttemptSummary {
    /// Which attempt at the same request it was, counted from one.
    pub number: u32,
    /// Close's status; `None` if there was no answer.
    pub status: Option<u16>,
    /// How long it took, from connecting to the last byte of the answer.
    pub took: Duration,
}

/// Is told of every attempt and of every wait that Close asked for. It is called on the way of the request, so
/// it must not block.
pub trait Observer: fmt::Debug + Send + Sync {
    /// An attempt came to its end, whichever.
    fn attempted(&self, attempt: &AttemptSummary);

    /// A 429 was waited out, for that long.
    fn waited_for_rate_limit(&self, wait: Duration);
}

/// The span of one attempt. It has a target of its own: traces want it, logs have a line at the end.
pub(crate) fn attempt_span(method: &Method, host: Option<&str>, path: &str, number: u32) -> Span {
    tracing::info_span!(
        target: "latch_trace",
        "request to Close",
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = %method,
        http.request.resend_count = number.saturating_sub(1),
        http.response.status_code = Empty,
        server.address = host,
        url.path = path,
    )
}

/// Tells of an attempt that came to its end.
pub(crate) fn attempted(options: &ClientOptions, span: &Span, attempt: &AttemptSummary, failed: bool) {
    span.record("http.response.status_code", attempt.status);
    if failed {
        span.record("otel.status_code", "ERROR");
    }
    if let Some(observer) = &options.observer {
        observer.attempted(attempt);
    }
}
