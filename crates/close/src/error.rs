//! The one error of this crate: what went wrong, in words, and whether Close acted.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

/// Why a request to Close did not succeed.
///
/// Its text is a complete explanation in one line: what happened, Close's own words where it gave any,
/// and each field that Close refused. It never holds a credential, and never a web page.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct CloseError {
    /// What kind of failure this is, to decide by.
    pub kind: ErrorKind,
    /// The HTTP status, where Close answered at all.
    pub status: Option<u16>,
    /// What happened, without the field errors.
    pub message: String,
    /// What Close refused, field by field.
    pub field_errors: Vec<FieldError>,
    /// Close's `trace-id`, to name the request to Close's support.
    pub trace_id: Option<String>,
    /// How many attempts were made. Zero if the request was refused before the first.
    pub attempts: u32,
    /// How long was waited between attempts, in all.
    pub waited: Duration,
    /// Whether Close may have acted on the request.
    pub outcome: Outcome,
}

/// The kinds of failure that a caller treats differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// 401: the key or token is wrong, expired or revoked.
    Unauthorized,
    /// 402: the organization's plan or limits do not allow it.
    PaymentRequired,
    /// 403: the Close user behind the credential may not do it.
    Forbidden,
    /// 404: no such object or address.
    NotFound,
    /// 400, 405, 409, 415, 422 and other 4xx: Close did not accept the request as it was made.
    Invalid,
    /// 429, and the wait that Close asked for did not fit into the time or attempts left.
    RateLimited {
        /// How long Close asked to wait, counted from its answer.
        retry_after: Duration,
    },
    /// 5xx: Close, or something in front of it, failed.
    Server,
    /// The answer was not JSON: most often a web page, because the address is not that of Close's API.
    NotJson,
    /// The answer was a redirect, which is never followed: the credential would go with it.
    Redirected,
    /// The answer was larger than [`max_response_bytes`](crate::ClientOptions::max_response_bytes).
    TooLarge,
    /// No connection could be made: refused, unknown host, TLS failure, no network.
    Unreachable,
    /// The connection was lost after the request may have left.
    Dropped,
    /// The deadline passed, or one attempt took longer than an attempt may.
    DeadlineExceeded,
    /// The request could not be put into HTTP. Nothing was sent.
    InvalidRequest,
}

/// Whether Close acted on a request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The request never left.
    NotSent,
    /// Close certainly changed nothing: it refused the request, or the request only reads.
    NotApplied,
    /// Close may have acted. Read the object before repeating the request.
    Unknown,
}

/// One field that Close did not accept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Where the field is, from the outside in, with list positions from zero: `contacts.0.emails`.
    /// Close names a reference by its object, not by the parameter: a wrong `lead_id` is reported as `lead`.
    pub path: String,
    /// What Close said about it.
    pub message: String,
}

impl fmt::Display for FieldError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path, self.message)
    }
}

/// Adds to a sentence. What Close says ends with a full stop, and needs no other mark after it.
pub(crate) fn append(sentence: &mut String, mark: &str, more: &str) {
    let mark = if sentence.ends_with(['.', '!', '?']) { "" } else { mark };
    sentence.push_str(mark);
    sentence.push(' ');
    sentence.push_str(more);
}

impl CloseError {
    /// The message and every field error, in one line.
    fn sentence(&self) -> String {
        let mut sentence = self.message.clone();
        for (index, field) in self.field_errors.iter().enumerate() {
            append(&mut sentence, if index == 0 { ":" } else { ";" }, &field.to_string());
        }
        sentence
    }

    /// An error found before anything was sent.
    pub(crate) fn invalid_request(message: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::InvalidRequest,
            status: None,
            message: message.into(),
            field_errors: Vec::new(),
            trace_id: None,
            attempts: 0,
            waited: Duration::ZERO,
            outcome: Outcome::NotSent,
        }
    }

    /// The deadline had passed before the first attempt.
    pub(crate) fn out_of_time() -> Self {
        Self {
            kind: ErrorKind::DeadlineExceeded,
            ..Self::invalid_request("the time left for the call was over before anything was sent to Close")
        }
    }
}
