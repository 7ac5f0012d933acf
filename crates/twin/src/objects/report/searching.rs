//! How reports write search texts: names in quotes, times where the caller is.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::resource::View;

/// The time from one moment until just before another, as search texts write it.
pub(super) struct Span {
    start: Option<String>,
    end: Option<String>,
}

impl Span {
    /// Between these moments; without one it is open on that side.
    pub(super) fn new(view: View<'_>, start: Option<Timestamp>, end: Option<Timestamp>) -> Self {
        let written = |at: Timestamp| moment(view, at);
        Self { start: start.map(written), end: end.map(written) }
    }

    /// A condition on a field that holds moments; empty for all time.
    pub(super) fn during(&self, field: &str) -> String {
        let from = self.start.as_ref().map(|start| format!("{field} >= \"{start}\""));
        let until = self.end.as_ref().map(|end| format!("{field} < \"{end}\""));
        from.into_iter().chain(until).collect::<Vec<_>>().join(" and ")
    }
}

/// A moment where the caller is, which is how the search bar reads one without a zone. Fractions of a second are
/// written when there are any.
pub(super) fn moment(view: View<'_>, at: Timestamp) -> String {
    at.to_zoned(TimeZone::fixed(view.caller.offset)).strftime("%Y-%m-%d %H:%M:%S%.f").to_string()
}

/// The second before a moment: the last that counts in what ends there.
pub(super) fn second_before(at: Timestamp) -> Timestamp {
    at.saturating_sub(SignedDuration::from_secs(1)).unwrap_or(at)
}

/// A name as the search bar reads it whole.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A condition that a field is one of these values. Nothing is one of none.
pub(super) fn one_of(field: &str, values: &[String]) -> String {
    let written: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    match written.as_slice() {
        [] => format!("not {field}:* and {field}:*"),
        [one] => format!("{field}:{one}"),
        several => format!("{field} in ({})", several.join(", ")),
    }
}
