#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod accounts;
mod address;
mod authentication;
mod body;
mod check;
mod error;
mod protocol;
mod router;
mod tools;

pub use router::router;
