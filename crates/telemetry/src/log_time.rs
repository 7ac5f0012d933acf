//! The time in front of a log's line: when what it tells of happened, which may be a while ago.

use std::cell::Cell;
use std::fmt;

use jiff::Timestamp;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

thread_local! {
    static HAPPENED: Cell<Option<Timestamp>> = const { Cell::new(None) };
}

/// Writes times for a log as RFC 3339 has them, in UTC, to the microsecond. For the line of a request it is the time of
/// the answer, though the line is written later.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogTime;

impl FormatTime for LogTime {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        write!(writer, "{:.6}", HAPPENED.get().unwrap_or_else(Timestamp::now))
    }
}

/// Lines that `write` leaves are of that time.
pub(crate) fn at(happened: Timestamp, write: impl FnOnce()) {
    HAPPENED.set(Some(happened));
    write();
    HAPPENED.set(None);
}
