#![doc = include_str!("../README.md")]

mod answer;
mod attempt;
mod client;
mod connect;
mod credential;
mod error;
mod error_body;
mod exchange;
mod failure;
mod json_scan;
mod json_text;
mod observer;
mod options;
mod pages;
mod passage;
mod pool;
mod rate_limit;
mod request;
mod response;
mod tls;
mod transient;
mod transport;
mod wire;

pub use client::Client;
pub use credential::Credential;
pub use error::{CloseError, ErrorKind, FieldError, Outcome};
pub use json_text::JsonText;
pub use observer::{AttemptSummary, Observer};
pub use options::{Backoff, ClientOptions};
pub use pages::{Page, PageLimits, Pages};
pub use passage::{Passage, Passed};
pub use rate_limit::RateLimit;
pub use request::{Effect, Request};
pub use response::Response;
pub use tls::install_tls_provider;
pub use wire::WireRequest;
