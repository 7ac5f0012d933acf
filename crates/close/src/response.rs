//! What a successful request brings back.

use std::time::Duration;

use http::HeaderMap;

use crate::json_text::JsonText;
use crate::rate_limit::{RateLimit, Told};

/// Close's answer to a request that succeeded.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// The HTTP status, from 200 to 299. Older parts of Close answer 200 to a creation, newer ones 201;
    /// a deletion is answered 200 or 204 (documented).
    pub status: u16,
    /// The JSON body; `{}` where Close sent none.
    pub data: JsonText,
    /// Close's `trace-id`, to name the request to Close's support.
    pub trace_id: Option<String>,
    /// How many times the request was attempted, this time included.
    pub attempts: u32,
    /// How long was waited between attempts, in all.
    pub waited: Duration,
    pub(crate) headers: HeaderMap,
}

impl Response {
    /// What is left of the request budget, where Close said so.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        Told::from_headers(&self.headers).rate_limit()
    }
}
