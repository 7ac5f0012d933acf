#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod authentication;
mod calls;
mod check;
mod concurrency;
mod grpc;
mod oauth;
mod openapi;
mod protocol;
mod proxy;
mod rest;
mod router;
mod service;
mod struct_bytes;
mod structs;
mod wire_error;

pub use calls::Calls;
pub use router::{ApiOptions, Doors, doors};
