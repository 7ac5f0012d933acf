//! The client against servers that behave like Close, and servers that misbehave.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up should stop right there")]

mod answers;
mod connections;
mod describing;
mod limits;
mod paging;
mod repeating;
mod support;
mod trust;
