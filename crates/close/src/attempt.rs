//! One attempt: send, wait, read, within a time and a size.
//!
//! Says what happened and judges nothing: whether to repeat is `transient`'s to say, and how to
//! tell a person is `failure`'s.

use std::error::Error as _;

use http::HeaderValue;
use http::header::AUTHORIZATION;
use tokio::time::{Instant, timeout_at};
use tracing::{Instrument, debug};

use crate::answer::{Answer, MAX_FAILURE_BYTES};
use crate::failure::Failure;
use crate::json_text::JsonText;
use crate::observer::{AttemptSummary, attempt_span, attempted};
use crate::options::ClientOptions;
use crate::transport::{Transport, deepest};
use crate::wire::WireRequest;

/// Room that is made for an answer before it comes, in bytes, if its length says that it will need it.
const USUAL_ANSWER: u64 = 64 * 1024;

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

        let sent = timeout_at(limit, self.send()?).await;
        let response = sent.map_err(|_| timed_out(None))?.map_err(|error| classify(&error))?;
        let status = response.status();
        let head = Answer::head(status, &self.wire.url, response.headers());
        let result = if status.is_success() {
            match timeout_at(limit, read(response, self.options.max_response_bytes)).await {
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
            match timeout_at(limit, read(response, longest)).await {
                Ok(Ok(bytes)) => head.with_body(bytes),
                Ok(Err(_)) | Err(_) => head,
            }
        };
        result.into_success().map_err(Failure::Answered)
    }

    fn send(&self) -> Result<impl Future<Output = reqwest::Result<reqwest::Response>>, Failure> {
        let pool = self.transport.pool(&self.wire.url).map_err(|reason| no_pool(&reason))?;
        let mut builder = pool.request(self.wire.method.clone(), self.wire.url.clone());
        for (name, value) in &self.wire.headers {
            builder = builder.header(*name, value);
        }
        if let Some(body) = &self.wire.body {
            // As one piece with a length: Close refuses chunked bodies.
            builder = builder.body(body.to_string());
        }
        Ok(builder.header(AUTHORIZATION, self.authorization.clone()).send())
    }
}

/// Why nothing can be sent from this machine.
pub(crate) fn no_pool(reason: &str) -> Failure {
    Failure::NotConnected {
        reason: format!(
            "no server can be checked on this machine, install its certificate authorities (often the package \
             ca-certificates): {reason}"
        ),
        lasting: true,
    }
}

/// Why a body could not be read.
pub(crate) enum Unreadable {
    TooLarge,
    Lost(String),
}

pub(crate) async fn read(mut response: reqwest::Response, limit: usize) -> Result<Vec<u8>, Unreadable> {
    if response.content_length().is_some_and(|length| length > limit as u64) {
        return Err(Unreadable::TooLarge);
    }
    // What the length promises need not come.
    let expected = response.content_length().unwrap_or_default().min(USUAL_ANSWER);
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or_default());
    while let Some(piece) = response.chunk().await.map_err(|error| Unreadable::Lost(deepest(&error)))? {
        if piece.len() > limit - bytes.len() {
            return Err(Unreadable::TooLarge);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// Sorts the HTTP library's errors by the one question that matters: can anything have been sent?
pub(crate) fn classify(error: &reqwest::Error) -> Failure {
    let reason = deepest(error);
    if error.is_builder() {
        return Failure::Unsendable { reason };
    }
    if error.is_connect() {
        let reason = if error.is_timeout() { "connecting took too long".to_owned() } else { reason };
        return Failure::NotConnected { reason, lasting: is_certificate_error(error) };
    }
    Failure::Lost { status: None, reason }
}

/// A certificate that is refused now will be refused in a second too.
fn is_certificate_error(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if matches!(error.downcast_ref(), Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        // An input and output error leaves out the error that it wraps when asked for its source.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause =
            wrapped.map(|wrapped| wrapped as &(dyn std::error::Error + 'static)).or_else(|| error.source());
    }
    false
}
