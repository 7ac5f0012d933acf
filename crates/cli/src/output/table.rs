//! Tables without lines: readable, and easy to cut with other programs.

use comfy_table::{ContentArrangement, Table, presets};
use jiff::{SignedDuration, Timestamp};

use crate::console::plain;

/// A table with a heading over each column.
pub(crate) fn table<const WIDTH: usize>(headings: [&str; WIDTH], rows: Vec<[String; WIDTH]>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(headings.to_vec());
    for row in rows {
        // Shown before the columns are measured.
        table.add_row(row.map(|cell| plain(&cell).into_owned()).to_vec());
    }
    // The first column begins at the margin.
    let lines: Vec<String> =
        table.trim_fmt().lines().map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned()).collect();
    lines.join("\n")
}

/// How long ago something was, in the largest unit that says it.
pub(crate) fn ago(then: Timestamp, now: Timestamp) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    match now.duration_since(then).max(SignedDuration::ZERO).as_secs() {
        seconds if seconds < MINUTE => "just now".to_owned(),
        seconds if seconds < HOUR => format!("{} min ago", seconds / MINUTE),
        seconds if seconds < 2 * DAY => format!("{} h ago", seconds / HOUR),
        seconds => format!("{} days ago", seconds / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_in_the_largest_unit() {
        let then = Timestamp::UNIX_EPOCH;
        for (seconds, said) in [
            (-5, "just now"),
            (59, "just now"),
            (61, "1 min ago"),
            (7200, "2 h ago"),
            (864_000, "10 days ago"),
        ] {
            assert_eq!(ago(then, then + SignedDuration::from_secs(seconds)), said);
        }
    }

    #[test]
    fn columns_begin_at_the_margin_and_end_without_spaces() {
        let text = table(
            ["NAME", "KIND"],
            vec![["a".to_owned(), "read".to_owned()], ["long".to_owned(), "w".to_owned()]],
        );
        assert_eq!(text, "NAME  KIND\na     read\nlong  w");
    }
}
