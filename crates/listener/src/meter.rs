//! What is going on, in numbers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// What is going on at all ports together, for metrics and for tests. Clones show the same numbers.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Numbers>);

#[derive(Debug, Default)]
struct Numbers {
    connections: AtomicUsize,
    requests: AtomicUsize,
    refused_connections: AtomicU64,
    refused_requests: AtomicU64,
}

/// Which number a [`Counted`] is part of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Connection,
    Request,
}

/// One that is counted until it is dropped.
#[derive(Debug)]
pub(crate) struct Counted {
    meter: Meter,
    kind: Kind,
}

impl Meter {
    /// Connections that are open.
    pub fn connections(&self) -> usize {
        self.0.connections.load(Ordering::Relaxed)
    }

    /// Requests in flight: from their headers to the end of their answers.
    pub fn requests(&self) -> usize {
        self.0.requests.load(Ordering::Relaxed)
    }

    /// Connections refused since the start because there were too many.
    pub fn refused_connections(&self) -> u64 {
        self.0.refused_connections.load(Ordering::Relaxed)
    }

    /// Requests refused since the start because there were too many.
    pub fn refused_requests(&self) -> u64 {
        self.0.refused_requests.load(Ordering::Relaxed)
    }

    pub(crate) fn count(&self, kind: Kind) -> Counted {
        self.number(kind).fetch_add(1, Ordering::Relaxed);
        Counted { meter: self.clone(), kind }
    }

    pub(crate) fn refused(&self, kind: Kind) {
        let number = match kind {
            Kind::Connection => &self.0.refused_connections,
            Kind::Request => &self.0.refused_requests,
        };
        number.fetch_add(1, Ordering::Relaxed);
    }

    fn number(&self, kind: Kind) -> &AtomicUsize {
        match kind {
            Kind::Connection => &self.0.connections,
            Kind::Request => &self.0.requests,
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.meter.number(self.kind).fetch_sub(1, Ordering::Relaxed);
    }
}
