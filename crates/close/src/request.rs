//! One request to Close, before it is put into HTTP.

use http::Method;
use serde_json::Value;

/// Whether carrying out a request changes anything at Close. Decides what may be repeated.
///
/// This is told and not derived from the method: some of Close's searches are `POST`s that change nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Changes nothing: may be repeated whenever an attempt fails in passing.
    Read,
    /// Changes something: repeated only when Close certainly did not act on it.
    Write,
}

/// What to ask of Close.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The HTTP method that Close documents for the operation.
    pub method: Method,
    /// The path below the API address, percent-encoded, with a slash at both ends: `/lead/lead_x1/`.
    pub path: String,
    /// Names and values of the query in plain text; they are percent-encoded when sent.
    pub query: Vec<(String, String)>,
    /// The JSON body. A `GET` has none.
    pub body: Option<Value>,
    /// Hours from UTC, sent as `x-tz-offset`. Close decides by it what "today" is: in task views,
    /// automatic close dates and relative dates in searches (documented).
    pub timezone_offset: Option<f32>,
    /// Whether the request changes anything.
    pub effect: Effect,
}

impl Request {
    /// A request with nothing but its method, path and effect.
    pub fn new(method: Method, path: impl Into<String>, effect: Effect) -> Self {
        Self { method, path: path.into(), query: Vec::new(), body: None, timezone_offset: None, effect }
    }

    /// A `GET`, which reads.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path, Effect::Read)
    }

    /// A `POST` of a JSON body, which writes.
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::POST, path, Effect::Write) }
    }

    /// The same request with one more query parameter.
    #[must_use]
    pub fn with_query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }
}
