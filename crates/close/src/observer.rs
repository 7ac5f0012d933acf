//! Who counts what is asked of Close. This crate tells; it knows nothing of who listens, or what for.

use std::fmt;
use std::time::Duration;

/// One request as it was sent, without anything that says what was asked or by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttemptSummary {
    /// Which attempt at the same request it was, counted from one.
    pub number: u32,
    /// Close's status; `None` if there was no answer.
    pub status: Option<u16>,
    /// How long it took, from connecting to the last byte of the answer.
    pub took: Duration,
}

/// Is told of every attempt and of every wait that Close asked for. It is called on the way of the request, so
/// it must not block.
pub trait Observer: fmt::Debug + Send + Sync {
    /// An attempt came to its end, whichever.
    fn attempted(&self, attempt: &AttemptSummary);

    /// A 429 was waited out, for that long.
    fn waited_for_rate_limit(&self, wait: Duration);
}
