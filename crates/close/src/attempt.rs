//! One attempt: send, wait, read, within a time and a size.
//!
//! Says what happened and judges nothing: whether to repeat is `transient`'s to say, and how to
//! tell a person is `failure`'s.

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use http_body_util::Full;
use tokio::time::{Instant, timeout_at};
use tracing::{Instrument, debug};

use crate::answer::{Answer, MAX_FAILURE_BYTES};
use crate::exchange::Unreadable;
use crate::failure::Failure;
use crate::json_text::JsonText;
use crate::observer::{AttemptSummary, attempt_span, attempted};
use crate::options::ClientOptions;
use crate::transport::Transport;
use crate::wire::{WireRequest, outgoing};

/// Room for all headers of a request, so that they need not move.
const HEADERS: usize = 12;

/// What stays the same from attempt to attempt.
pub(crate) struct Attempts<'a> {
    pub transport: &'a Transport,
    pub options: &'a ClientOptions,
    pub wire: &'a WireRequest,
    pub authorization: &'a HeaderValue,
    pub deadline: Instant,
}

impl Attempts<'_> {
    /// Makes the attempt of that number, counted from one.
    pub(crate) async fn make(&self, number: u32) -> Result<(Answer, JsonText), Failure> {
        let started = Instant::now();
        let url = &self.wire.url;
        let span = attempt_span(&self.wire.method, url.host_str(), url.path(), number);
        let result = self.exchange(started).instrument(span.clone()).await;
        let took = started.elapsed();
        let status = match &result {
            Ok((answer, _)) => Some(answer.status),
            Err(failure) => failure.status(),
        };
        let status = status.map(|status| status.as_u16());
        attempted(self.options, &span, &AttemptSummary { number, status, took }, result.is_err());
        debug!(
            method = %self.wire.method,
            path = self.wire.url.path(),
            status,
            duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            attempt = number,
            "asked Close"
        );
        result
    }

    async fn exchange(&self, started: Instant) -> Result<(Answer, JsonText), Failure> {
        // Far enough to be no limit, should the sum overflow.
        let limit = started
            .checked_add(self.options.attempt_timeout)
            .map_or(self.deadline, |end| end.min(self.deadline));
        let timed_out = |status| Failure::TimedOut {
            status,
            after: limit.duration_since(started),
            by_deadline: limit == self.deadline,
        };

        let url = &self.wire.url;
        let pool = self.transport.pool(url);
        let sent = timeout_at(limit, pool.send(url, self.request()?)).await;
        let mut response = sent.map_err(|_| timed_out(None))??;
        let status = response.status;
        let head = Answer::head(status, url, std::mem::take(&mut response.headers));
        let result = if status.is_success() {
            match timeout_at(limit, response.read(self.options.max_response_bytes)).await {
                Ok(Ok(bytes)) => head.with_body(bytes),
                Ok(Err(Unreadable::TooLarge)) => {
                    return Err(Failure::TooLarge { status, limit: self.options.max_response_bytes });
                }
                Ok(Err(Unreadable::Lost(reason))) => {
                    return Err(Failure::Lost { status: Some(status), reason });
                }
                Err(_) => return Err(timed_out(Some(status))),
            }
        } else {
            // The status of a failure says the most; a body that cannot be read takes nothing from it.
            let longest = self.options.max_response_bytes.min(MAX_FAILURE_BYTES);
            match timeout_at(limit, response.read(longest)).await {
                Ok(Ok(bytes)) => head.with_body(bytes),
                Ok(Err(_)) | Err(_) => head,
            }
        };
        result.into_success().map_err(Failure::Answered)
    }

    fn request(&self) -> Result<Request<Full<Bytes>>, Failure> {
        let mut headers = HeaderMap::with_capacity(HEADERS);
        for (name, value) in &self.wire.headers {
            let value = HeaderValue::from_str(value)
                .map_err(|_| Failure::Unsendable { reason: format!("{name} cannot hold {value:?}") })?;
            headers.insert(HeaderName::from_static(name), value);
        }
        headers.insert(AUTHORIZATION, self.authorization.clone());
        // As one piece with a length: Close refuses chunked bodies.
        let body = self.wire.body.as_ref().map(|body| Bytes::from(body.to_string()));
        outgoing(self.wire.method.clone(), &self.wire.url, headers, body.unwrap_or_default())
    }
}
