//! What is wrong with something asked of the levers.

use thiserror::Error;

/// A lever that cannot be pulled as asked: the message says what is wrong and what is possible.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct LeverError {
    message: String,
}

impl LeverError {
    /// An error with a whole sentence for a message.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}
