//! The twin through its own front door.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod api;
mod description;
mod faults;
mod generator;
mod keeping;
mod levers;
mod limits;
mod oauth;
mod oauth_apps;
mod operations;
mod query;
mod receiver;
mod robustness;
mod support;
mod view;
