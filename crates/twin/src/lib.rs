#![doc = include_str!("../README.md")]

mod agenda;
mod control;
mod delivery;
mod description;
mod filtering;
mod generator;
mod http;
mod lever_error;
mod oauth;
mod objects;
mod options;
mod people;
mod query;
mod resource;
mod search;
mod seconds;
mod server;
mod states;
mod store;
mod twin;
mod view;

pub use control::Control;
pub use delivery::{DeliveryFaults, RecordedDelivery, WebhookLimits};
pub use filtering::{FilteringError, plain_search};
pub use http::{ActiveFault, FaultAnswer, FaultKind, FaultRule, RecordedRequest};
pub use lever_error::LeverError;
pub use options::{ApiKeyInfo, OAuthAppInfo, RateLimit, RateLimits, TokenLifetimes, TwinOptions};
pub use people::NewUser;
pub use query::{QueryError, plain_query};
pub use states::{DEMO, EMPTY};
pub use store::Clock;
pub use twin::{Twin, TwinError};

#[cfg(doctest)]
#[doc = include_str!("../TESTING.md")]
struct Testing;
