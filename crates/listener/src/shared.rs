//! What all connections have in common.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::limits::Limits;
use crate::meter::{Kind, Meter};

/// Connections beyond the limit that are told so at the same time; more are closed without a word.
const REFUSING: usize = 64;

/// How often the log repeats that there is too much to do.
const COMPLAINT: Duration = Duration::from_secs(30);

/// What all connections have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) limits: Limits,
    pub(crate) meter: Meter,
    pub(crate) tasks: TaskTracker,
    /// No new connections; those that are open end after the requests in flight.
    pub(crate) stop: CancellationToken,
    /// Everything ends now.
    pub(crate) cut: CancellationToken,
    requests: Arc<Semaphore>,
    connections: Arc<Semaphore>,
    refusing: Arc<Semaphore>,
    complained: Mutex<Option<Instant>>,
}

/// How a connection is taken.
#[derive(Debug)]
pub(crate) enum Admission {
    /// As one of those that are served.
    Served(OwnedSemaphorePermit),
    /// To be told that it is one too many.
    Refused(OwnedSemaphorePermit),
    /// Not at all.
    Dropped,
}

impl Shared {
    pub(crate) fn new(limits: Limits) -> Arc<Self> {
        let cut = CancellationToken::new();
        let semaphore = |permits: usize| Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS)));
        Arc::new(Self {
            requests: semaphore(limits.max_requests),
            connections: semaphore(limits.max_connections),
            refusing: semaphore(REFUSING),
            limits,
            meter: Meter::default(),
            tasks: TaskTracker::new(),
            stop: cut.child_token(),
            cut,
            complained: Mutex::new(None),
        })
    }

    /// Room for one more request, if there is any.
    pub(crate) fn request(&self) -> Option<OwnedSemaphorePermit> {
        let permit = Arc::clone(&self.requests).try_acquire_owned().ok();
        if permit.is_none() {
            self.meter.refused(Kind::Request);
            self.complain("requests", self.limits.max_requests);
        }
        permit
    }

    /// Room for one more connection, if there is any.
    pub(crate) fn connection(&self) -> Admission {
        if let Ok(permit) = Arc::clone(&self.connections).try_acquire_owned() {
            return Admission::Served(permit);
        }
        self.meter.refused(Kind::Connection);
        self.complain("connections", self.limits.max_connections);
        Arc::clone(&self.refusing).try_acquire_owned().map_or(Admission::Dropped, Admission::Refused)
    }

    pub(crate) fn is_always_answered(&self, path: &str) -> bool {
        self.limits.always_answered.iter().any(|answered| answered == path)
    }

    /// Says now and then that something is refused.
    fn complain(&self, what: &str, limit: usize) {
        let now = Instant::now();
        let mut last = self.complained.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| now.duration_since(last) >= COMPLAINT) {
            *last = Some(now);
            drop(last);
            tracing::warn!(limit, "too many {what}: those beyond the limit are refused");
        }
    }
}
