#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod authentication;
mod check;
mod concurrency;
mod grpc;
mod oauth;
mod protocol;
mod rest;
mod router;
mod service;
mod structs;
mod wire_error;

pub use router::{ApiOptions, router};
