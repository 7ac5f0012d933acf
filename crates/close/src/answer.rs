//! An HTTP answer, read within limits and not yet judged.

use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use url::Url;

use crate::json_text::JsonText;
use crate::rate_limit::Told;

/// The most that is read of an answer that reports a failure, in bytes: a few sentences, or a page
/// that is not shown anyway.
pub(crate) const MAX_FAILURE_BYTES: usize = 256 * 1024;

/// Close's name for a request.
const TRACE_ID: HeaderName = HeaderName::from_static("trace-id");

/// What came back from one attempt.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: StatusCode,
    /// Where a redirect points; the host alone, because the rest may hold anything.
    pub redirect_host: Option<String>,
    pub trace_id: Option<String>,
    pub body: Body,
    /// Read where somebody wants to know: hardly anybody does of a success.
    pub headers: HeaderMap,
}

/// The body of an answer.
#[derive(Debug)]
pub(crate) enum Body {
    Empty,
    Json(JsonText),
    /// Something else, which is never shown.
    Other,
    /// Too large, or cut off: only of answers that report a failure, where the status says enough.
    Unread,
}

impl Answer {
    /// Everything but the body.
    pub(crate) fn head(status: StatusCode, url: &Url, headers: HeaderMap) -> Self {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let redirect_host = text(LOCATION)
            .filter(|_| status.is_redirection())
            .and_then(|location| url.join(location).ok())
            .and_then(|target| target.host_str().map(str::to_owned));
        let trace_id = text(TRACE_ID).map(|id| id.chars().take(64).collect());
        Self { status, redirect_host, trace_id, body: Body::Unread, headers }
    }

    /// The media type, without parameters and in lower case.
    pub(crate) fn media_type(&self) -> Option<String> {
        let value = self.headers.get(CONTENT_TYPE)?.to_str().ok()?;
        let media_type = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        Some(media_type).filter(|media_type| !media_type.is_empty())
    }

    /// What the headers say of the request budget, and of waiting.
    pub(crate) fn told(&self) -> Told {
        Told::from_headers(&self.headers)
    }

    fn is_page(&self) -> bool {
        let media_type = self.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
        media_type.windows(4).any(|part| part.eq_ignore_ascii_case(b"html"))
    }

    pub(crate) fn with_body(self, bytes: Vec<u8>) -> Self {
        let body = if bytes.iter().all(u8::is_ascii_whitespace) {
            Body::Empty
        } else if self.is_page() {
            Body::Other
        } else {
            // Some of Close's answers carry no media type; every one is an object or a list.
            let text = String::from_utf8(bytes).ok().and_then(|text| JsonText::new(text).ok());
            text.filter(|text| text.is_object() || text.is_list()).map_or(Body::Other, Body::Json)
        };
        Self { body, ..self }
    }

    /// The JSON of an answer that reports success; the answer itself otherwise.
    pub(crate) fn into_success(mut self) -> Result<(Self, JsonText), Box<Self>> {
        if !self.status.is_success() {
            return Err(Box::new(self));
        }
        match std::mem::replace(&mut self.body, Body::Empty) {
            Body::Empty => Ok((self, JsonText::empty_object())),
            Body::Json(text) => Ok((self, text)),
            body @ (Body::Other | Body::Unread) => Err(Box::new(Self { body, ..self })),
        }
    }
}
