//! Bodies of requests, with a clear sentence for each way in which they can be wrong.

use axum::body::{Body, Bytes, to_bytes};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use latch_gateway::ErrorClass;
use serde::de::DeserializeOwned;

use super::error::RestError;
use crate::service::Failure;

/// Arguments of a tool are text that a model wrote: a megabyte is generous.
pub(crate) const LARGEST_BODY: usize = 1024 * 1024;

/// The body, if it is small enough and says that it is JSON. An empty body is an empty object: every member may be
/// left out somewhere.
pub(super) async fn json_bytes(headers: &HeaderMap, body: Body) -> Result<Bytes, RestError> {
    let bytes = bytes(body).await?;
    if bytes.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // A page of another site can make a browser send anything but JSON without being asked.
    if !media_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        return Err(RestError::with_status(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the request body must be JSON; nothing was done",
            Some("send the header content-type: application/json"),
        ));
    }
    Ok(bytes)
}

/// The body, if it is small enough.
pub(crate) async fn bytes(body: Body) -> Result<Bytes, RestError> {
    to_bytes(body, LARGEST_BODY).await.map_err(|error| {
        if is_too_large(&error) {
            let message = "the request body is larger than 1 MiB; nothing was done";
            RestError::with_status(StatusCode::PAYLOAD_TOO_LARGE, message, None)
        } else {
            let message = "the request body did not arrive whole; nothing was done";
            RestError::with_status(StatusCode::BAD_REQUEST, message, None)
        }
    })
}

fn is_too_large(error: &axum::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// JSON in a form of our own.
pub(super) fn form<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(bytes).map_err(|error| {
        let what = if error.is_data() { "does not fit" } else { "is not valid JSON" };
        let message = format!("the request body {what}: {error}; nothing was done");
        Failure::new(ErrorClass::InvalidArguments, message)
    })
}
