//! The ways an attempt can fail, and the sentence each becomes.
//!
//! A sentence says what happened, quotes Close where it said something, and ends with what that usually
//! means or what to do. A page or a text that is not Close's JSON is never quoted.

use std::time::Duration;

use http::StatusCode;

use crate::answer::{Answer, Body};
use crate::error::{CloseError, ErrorKind, Outcome, append};
use crate::error_body::ErrorBody;
use crate::request::Effect;
use crate::transient;

/// Why one attempt did not bring a usable answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The HTTP library would not send it.
    Unsendable { reason: String },
    /// There was no connection to send it over. `lasting`: the next attempt would end the same way.
    NotConnected { reason: String, lasting: bool },
    /// The connection broke after the request may have left; the status, if it had come by then.
    Lost { status: Option<StatusCode>, reason: String },
    /// Nothing, or not everything, came in time.
    TimedOut { status: Option<StatusCode>, after: Duration, by_deadline: bool },
    /// The answer reports success and is too large to read; the limit is in bytes.
    TooLarge { status: StatusCode, limit: usize },
    /// The answer reports a failure, or is not Close's.
    Answered(Box<Answer>),
}

/// What a caller has to know before trying a write again.
const UNKNOWN_OUTCOME: &str =
    "it is not known whether Close carried it out: read the object before repeating the request";

impl Failure {
    pub(crate) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Unsendable { .. } | Self::NotConnected { .. } => None,
            Self::Lost { status, .. } | Self::TimedOut { status, .. } => *status,
            Self::TooLarge { status, .. } => Some(*status),
            Self::Answered(answer) => Some(answer.status),
        }
    }

    /// The error that a caller sees, once no further attempt is made.
    pub(crate) fn into_error(
        self,
        host: &str,
        effect: Effect,
        attempts: u32,
        waited: Duration,
    ) -> CloseError {
        let outcome = transient::outcome(&self, effect);
        let status = self.status();
        let (kind, mut message, body) = match &self {
            Self::Unsendable { reason } => {
                (ErrorKind::InvalidRequest, format!("the request cannot be sent: {reason}"), None)
            }
            Self::NotConnected { reason, .. } => {
                (ErrorKind::Unreachable, format!("{host} cannot be reached: {reason}"), None)
            }
            Self::Lost { reason, .. } => {
                (ErrorKind::Dropped, format!("the connection to {host} was lost: {reason}"), None)
            }
            Self::TimedOut { after, by_deadline, .. } => {
                let whose =
                    if *by_deadline { "the time left for the call" } else { "the limit for one attempt" };
                let what = if status.is_some() { "finish answering" } else { "answer" };
                let text = format!("{host} did not {what} within {} ({whose})", seconds(*after));
                (ErrorKind::DeadlineExceeded, text, None)
            }
            Self::TooLarge { limit, .. } => {
                let text = format!(
                    "the answer is larger than the {limit} bytes that are read: ask for fewer objects (_limit) or \
                     fewer fields (_fields)"
                );
                (ErrorKind::TooLarge, text, None)
            }
            Self::Answered(answer) => {
                let (kind, text) = explain(answer, host);
                (kind, text, Some(answer))
            }
        };

        let said = match body.map(|answer| &answer.body) {
            // The body of a 429 is no longer part of Close's contract, and the message says it all.
            Some(Body::Json(text)) if !matches!(kind, ErrorKind::RateLimited { .. }) => {
                ErrorBody::read(&text.to_value())
            }
            _ => ErrorBody::default(),
        };
        if !said.messages.is_empty() {
            append(&mut message, ":", &said.messages.join(" "));
        }
        if attempts > 1 {
            append(&mut message, ";", &format!("given up after {attempts} attempts"));
        }
        if outcome == Outcome::Unknown {
            append(&mut message, ";", UNKNOWN_OUTCOME);
        }
        CloseError {
            kind,
            status: status.map(|status| status.as_u16()),
            message,
            field_errors: said.fields,
            trace_id: body.and_then(|answer| answer.trace_id.clone()),
            attempts,
            waited,
            outcome,
        }
    }
}

/// What an answer that cannot be used means.
fn explain(answer: &Answer, host: &str) -> (ErrorKind, String) {
    let status = answer.status;
    let code = status.as_u16();
    let kind = match status {
        // A proxy's login page says nothing about the credential.
        StatusCode::UNAUTHORIZED if answer.media_type().as_deref() == Some("text/html") => ErrorKind::NotJson,
        StatusCode::UNAUTHORIZED => ErrorKind::Unauthorized,
        StatusCode::PAYMENT_REQUIRED => ErrorKind::PaymentRequired,
        StatusCode::FORBIDDEN => ErrorKind::Forbidden,
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::RateLimited { retry_after: answer.told().wait() },
        status if status.is_server_error() => ErrorKind::Server,
        status if status.is_redirection() => ErrorKind::Redirected,
        // What no part of Close's API answers: everything below is about its own answers.
        _ if matches!(answer.body, Body::Other) => ErrorKind::NotJson,
        StatusCode::NOT_FOUND => ErrorKind::NotFound,
        status if status.is_client_error() => ErrorKind::Invalid,
        _ => ErrorKind::NotJson,
    };
    let text = match kind {
        ErrorKind::Unauthorized => {
            "Close did not accept the API key or token: it is wrong, expired or revoked (401)".to_owned()
        }
        ErrorKind::PaymentRequired => {
            "the plan of the Close organization does not allow this (402)".to_owned()
        }
        ErrorKind::Forbidden => "the Close user behind the credential may not do this (403)".to_owned(),
        ErrorKind::NotFound => "Close has nothing there (404)".to_owned(),
        ErrorKind::RateLimited { retry_after } => {
            format!("Close's rate limit is reached (429); try again in {}", seconds(retry_after))
        }
        ErrorKind::Server => format!("Close failed ({code})"),
        ErrorKind::Redirected => format!(
            "{host} answered with a redirect ({code}) to {}, which is not followed, because the credential would go \
             with it: check the address of the API",
            answer.redirect_host.as_deref().unwrap_or("nowhere")
        ),
        ErrorKind::NotJson => format!("{host} did not answer as Close's API does ({code})"),
        _ => format!("Close did not accept the request ({code})"),
    };
    if matches!(answer.body, Body::Other) && kind != ErrorKind::Redirected {
        let media_type = answer.media_type();
        let what = media_type.as_deref().unwrap_or("something without a media type");
        let hint = "which usually comes from a wrong API address, a proxy on the way, or maintenance";
        return (kind, format!("{text}; instead of JSON came {what}, {hint}"));
    }
    (kind, text)
}

/// A duration as people say it, rounded up to a tenth: `2 s`, `1.5 s`.
fn seconds(duration: Duration) -> String {
    let rounded = (duration.as_secs_f64() * 10.0).ceil() / 10.0;
    format!("{rounded} s")
}
