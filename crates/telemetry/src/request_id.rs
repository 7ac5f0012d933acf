//! One id for each request: the client's own where it is well-formed, a new one otherwise.

use std::fmt;
use std::sync::Arc;

use http::{HeaderName, HeaderValue, Request};

/// The header, in requests and responses alike.
pub const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Long enough for every kind of id in use, short enough for a line of a log.
const LONGEST: usize = 128;

/// The id of the request at hand, found among its extensions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The client's id, or a new one if it has none that can be written into logs and headers as it is: up to 128
    /// letters, digits and `-`, `_`, `.`, `:`.
    pub(crate) fn of<B>(request: &Request<B>) -> Self {
        let given = request.headers().get(REQUEST_ID_HEADER).and_then(|value| value.to_str().ok());
        given
            .filter(|text| is_well_formed(text))
            .map_or_else(|| Self(uuid::Uuid::now_v7().to_string().into()), |text| Self(text.into()))
    }

    /// The id as the header holds it: letters, digits and four marks, always a value that a header can have.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(self.as_str()).ok()
    }

    /// The id as it stands in the header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn is_well_formed(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':'))
}
