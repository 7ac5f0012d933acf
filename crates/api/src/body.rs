//! JSON bodies, with a clear sentence for each way in which they can be wrong.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use latch_gateway::{CallError, ErrorClass};
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// A JSON body of a known form. Members that the form does not know are refused by the form.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let media_type =
            request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        // A page of another site can make a browser send anything but JSON without being asked.
        if !media_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
            let error = CallError::new(
                ErrorClass::InvalidArguments,
                "the request body must be JSON; nothing was done",
            )
            .with_hint("send the header content-type: application/json");
            return Err(ApiError::with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE, error));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| unread(&rejection))?;
        // An empty body is an empty object: every member may be left out somewhere.
        let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        serde_json::from_slice(text).map(Self).map_err(|error| {
            let what = if error.is_data() {
                "the request body does not fit"
            } else {
                "the request body is not valid JSON"
            };
            CallError::new(
                ErrorClass::InvalidArguments,
                format!("{what}: {error}. No external call was made."),
            )
            .into()
        })
    }
}

fn unread(rejection: &BytesRejection) -> ApiError {
    let status = rejection.status();
    let message = if status == StatusCode::PAYLOAD_TOO_LARGE {
        "the request body is larger than 1 MiB; nothing was done"
    } else {
        "the request body did not arrive whole; nothing was done"
    };
    ApiError::with_status(status, CallError::new(ErrorClass::InvalidArguments, message))
}
