//! What stands in a route's address, with the door's own answer where it cannot be read.

use axum::extract::FromRequestParts;
use axum::extract::{Path, Query};
use http::request::Parts;
use latch_gateway::{CallError, ErrorClass};
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// The parameters behind the `?`.
pub(crate) struct Parameters<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(parameters)) => Ok(Self(parameters)),
            Err(rejection) => Err(unread("the query", &rejection.body_text())),
        }
    }
}

/// The one part of the path that is a name or an id.
pub(crate) struct Segment(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(segment)) => Ok(Self(segment)),
            Err(rejection) => Err(unread("the path", &rejection.body_text())),
        }
    }
}

fn unread(what: &str, why: &str) -> ApiError {
    CallError::new(ErrorClass::InvalidArguments, format!("{what} cannot be read: {why}")).into()
}
