//! The program as its users meet it: arguments in, text and exit codes out, against a real twin.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

mod accounts;
mod bad_input;
mod calling;
mod catalogue;
mod connections;
mod demo;
mod doctor;
mod environments;
mod help;
mod keys;
mod lua;
mod policies;
mod program;
mod proxies;
mod secured;
mod serving;
mod twin;
mod watching;
mod webhooks;
