//! The server as its clients meet it, through real sockets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

mod authority;
mod clear;
mod overload;
mod patience;
mod reload;
mod shutdown;
mod support;
mod tls;
mod workers;
