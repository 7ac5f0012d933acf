//! Cursors of `/data/search/`: where a page ended, for whom, and until when the next one may be asked for.
//!
//! A cursor carries all of this itself, so nothing is kept between pages. It names the place of the last object shown:
//! what is created, changed or deleted between two pages moves no other object onto the wrong page.

use std::hash::{DefaultHasher, Hash, Hasher};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::filtering::Place;

/// How long a cursor lives (documented).
const LIFETIME_MILLISECONDS: i64 = 30_000;

/// Where a page ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cursor {
    /// Stands for the query and who asked it.
    pub(super) digest: u64,
    /// How many objects were shown so far.
    pub(super) shown: usize,
    /// Where the last of them stands in the order of creation.
    pub(super) last: Place,
    /// What it was sorted by.
    pub(super) values: Vec<Value>,
}

/// Why a cursor is of no use. The texts are chosen.
pub(super) const UNREADABLE: &str = "This is no cursor of a search.";
const EXPIRED: &str = "The cursor has expired: it is valid for 30 seconds. Send the search again without it.";
const OTHER_QUERY: &str =
    "The cursor belongs to another search. Send the same query, sort and results_limit again.";

impl Cursor {
    /// As it is handed out at `now`.
    pub(super) fn write(&self, now: Timestamp) -> String {
        let issued = now.as_millisecond();
        let content = json!([self.digest, self.shown, self.last.0, self.last.1, self.values, issued]);
        BASE64_URL_SAFE_NO_PAD.encode(content.to_string())
    }

    /// Reads a cursor that comes back at `now` with the query that `digest` stands for.
    pub(super) fn read(text: &str, digest: u64, now: Timestamp) -> Result<Self, &'static str> {
        let content = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| UNREADABLE)?;
        let content: (u64, usize, i64, u32, Vec<Value>, i64) =
            serde_json::from_slice(&content).map_err(|_| UNREADABLE)?;
        let (own, shown, created, number, values, issued) = content;
        if own != digest {
            return Err(OTHER_QUERY);
        }
        if now.as_millisecond().saturating_sub(issued) > LIFETIME_MILLISECONDS {
            return Err(EXPIRED);
        }
        Ok(Self { digest, shown, last: (created, number), values })
    }
}

/// A number that stands for a query and who asks it. It need not outlive the program.
pub(super) fn digest(parts: &[&Value]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for part in parts {
        part.to_string().hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_query_and_thirty_seconds() {
        let at = |second: i64| Timestamp::from_second(1_700_000_000 + second).unwrap();
        let cursor = Cursor { digest: 7, shown: 200, last: (5, 12), values: vec![json!("Acme")] };
        let text = cursor.write(at(0));
        assert_eq!(Cursor::read(&text, 7, at(30)), Ok(cursor));
        assert_eq!(Cursor::read(&text, 7, at(31)), Err(EXPIRED));
        assert_eq!(Cursor::read(&text, 8, at(1)), Err(OTHER_QUERY));
        assert_eq!(Cursor::read("seven", 7, at(1)), Err(UNREADABLE));
        assert_ne!(digest(&[&json!({"a": 1})]), digest(&[&json!({"a": 2})]));
    }
}
