//! The twin through its own front door.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod api;
mod generator;
mod keeping;
mod oauth;
mod query;
mod receiver;
mod support;
