//! Why a query cannot be used: where, what was expected, how to write it.

use std::fmt;
use std::ops::Range;

/// Where something stands in the text of a query, in bytes. It says nothing about what stands there, so any two are
/// equal: what is written in two places is still the same thing.
#[derive(Clone, Debug, Default)]
pub(super) struct Span(pub(super) Range<usize>);

impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// A problem at a place, before it is known in which text.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) at: Span,
    pub(super) message: String,
}

impl Problem {
    /// A problem; `message` says what was expected and how to write it.
    pub(super) fn new(at: &Span, message: impl Into<String>) -> Self {
        Self { at: at.clone(), message: message.into() }
    }
}

/// A query that cannot be read. Its text is one sentence for the person who wrote the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    sentence: String,
}

impl QueryError {
    /// Says where in `text` the problem is: the character, counted from 1, and what stands there.
    pub(super) fn new(text: &str, problem: &Problem) -> Self {
        let range = &problem.at.0;
        let before = text.get(..range.start).unwrap_or(text);
        let rest = text.get(range.start..range.end).filter(|rest| !rest.is_empty());
        let rest = rest.or_else(|| text.get(range.start..)).unwrap_or_default();
        let place = if rest.trim().is_empty() {
            "at its end".to_owned()
        } else {
            let shown: String = rest.chars().take(SHOWN).collect();
            let more = if rest.chars().count() > SHOWN { "…" } else { "" };
            format!("at character {} ({shown}{more})", before.chars().count() + 1)
        };
        Self { sentence: format!("The query cannot be read {place}: {}", problem.message) }
    }

    /// A problem of the text as a whole.
    pub(super) fn whole(message: impl fmt::Display) -> Self {
        Self { sentence: format!("The query cannot be read: {message}") }
    }
}

/// Most characters of the query repeated in an error.
const SHOWN: usize = 30;

impl fmt::Display for QueryError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.sentence)
    }
}

impl std::error::Error for QueryError {}
