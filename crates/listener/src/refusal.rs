//! Answers that the server gives itself, in the words of the protocol that was asked in.

use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;

/// How long whoever was refused is asked to wait, in seconds.
const WAIT: u64 = 1;

/// Why a request is not given to the router, or came to nothing there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Too many requests are in flight.
    TooManyRequests,
    /// Too many connections are open.
    TooManyConnections,
    /// The router panicked.
    Broken,
}

/// How a client wants to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Status and message in headers.
    Grpc,
    /// A status of HTTP and a body.
    Json,
}

impl Dialect {
    /// The one of a request with these headers.
    pub(crate) fn of(asked: &HeaderMap) -> Self {
        let media_type = asked.get(CONTENT_TYPE).map(|value| value.as_bytes().to_ascii_lowercase());
        if media_type.is_some_and(|media_type| media_type.starts_with(b"application/grpc")) {
            Self::Grpc
        } else {
            Self::Json
        }
    }
}

/// How one refusal is put.
struct Words {
    status: StatusCode,
    /// The code of gRPC.
    code: u8,
    error_code: &'static str,
    class: &'static str,
    message: &'static str,
    hint: Option<&'static str>,
}

impl Refusal {
    /// The answer in the words of `dialect`.
    pub(crate) fn answer(self, dialect: Dialect) -> Response {
        let words = self.words();
        match dialect {
            Dialect::Grpc => grpc(&words),
            Dialect::Json => json(&words),
        }
    }

    fn words(self) -> Words {
        let overloaded = |message| Words {
            status: StatusCode::SERVICE_UNAVAILABLE,
            // Not UNAVAILABLE: clients repeat that at once, and several times.
            code: 8,
            error_code: "OVERLOADED",
            class: "overloaded",
            message,
            hint: Some("wait a moment and send it again; the operator sets how much is accepted at once"),
        };
        match self {
            Self::TooManyRequests => overloaded("too many requests are in flight; nothing was done"),
            Self::TooManyConnections => overloaded("too many connections are open; nothing was done"),
            Self::Broken => Words {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                code: 13,
                error_code: "INTERNAL",
                class: "internal",
                message: "something went wrong within Latch; its log says what",
                hint: None,
            },
        }
    }
}

/// Headers alone, which gRPC reads as the end of the call.
fn grpc(words: &Words) -> Response {
    let mut answer = Response::new(Body::empty());
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert("grpc-status", HeaderValue::from(u16::from(words.code)));
    headers.insert("grpc-message", HeaderValue::from_static(words.message));
    if words.status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert("grpc-retry-pushback-ms", HeaderValue::from(WAIT * 1000));
    }
    answer
}

fn json(words: &Words) -> Response {
    let mut error = json!({"class": words.class, "message": words.message});
    if let Some(hint) = words.hint {
        error["hint"] = hint.into();
    }
    let overloaded = words.status == StatusCode::SERVICE_UNAVAILABLE;
    if overloaded {
        error["retry_after_seconds"] = WAIT.into();
    }
    let body = json!({
        "code": words.code,
        "message": words.message,
        "details": [{
            "@type": "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo",
            "error_code": words.error_code,
        }],
        "error": error,
    });
    let mut answer = Response::new(Body::from(body.to_string()));
    *answer.status_mut() = words.status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if overloaded {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(WAIT));
    }
    answer
}
