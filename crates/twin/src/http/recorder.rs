//! The last requests, for tests that ask what was really sent.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// Most requests remembered; older ones are forgotten first.
const CAPACITY: usize = 1000;

/// One request as it arrived, and how it was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordedRequest {
    /// Method as sent, for example `POST`.
    pub method: String,
    /// Path without the query.
    pub path: String,
    /// Query string without the question mark, as sent.
    pub query: String,
    /// Body as text; bytes that are not UTF-8 are replaced. Of an uploaded file only the size is remembered.
    pub body: String,
    /// `basic`, `bearer` or `none`; never the credentials.
    pub authorization_kind: String,
    /// Status of the answer; 0 when the connection was closed instead.
    pub status: u16,
}

/// A ring of requests.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    requests: Mutex<VecDeque<RecordedRequest>>,
}

impl Recorder {
    /// Remembers the newest request.
    pub(crate) fn push(&self, request: RecordedRequest) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if requests.len() == CAPACITY {
            requests.pop_front();
        }
        requests.push_back(request);
    }

    /// All remembered requests, oldest first.
    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Forgets all requests.
    pub(crate) fn clear(&self) {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
