//! Why a structured query cannot be used: in which node, and what would be right.

use std::fmt;

use serde_json::Value;

use crate::http::Refusal;

/// A structured query that cannot be read, or asks for what does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilteringError {
    /// Where, from the whole query: `queries.1.condition.type`. Empty for the query itself.
    path: String,
    message: String,
}

impl FilteringError {
    pub(super) fn new(path: &str, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), message: message.into() }
    }

    /// As an answer: a 400 whose `field-errors` name the node, below the member that holds the query.
    pub(crate) fn refusal(&self, member: &str) -> Refusal {
        let name = if self.path.is_empty() { member.to_owned() } else { format!("{member}.{}", self.path) };
        Refusal::field(&name, Value::from(self.message.as_str()))
    }
}

/// For answers that name only the member that holds the query.
impl fmt::Display for FilteringError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            formatter.write_str(&self.message)
        } else {
            write!(formatter, "{}: {}", self.path, self.message)
        }
    }
}

impl std::error::Error for FilteringError {}
