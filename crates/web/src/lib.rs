#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod connect;
mod page;

pub use connect::router;
