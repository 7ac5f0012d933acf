#![doc = include_str!("../README.md")]

mod agenda;
mod control;
mod delivery;
mod filtering;
mod generator;
mod http;
mod oauth;
mod objects;
mod options;
mod query;
mod resource;
mod search;
mod server;
mod store;
mod twin;

pub use control::{Control, FaultKind, FaultRule, RecordedRequest};
pub use delivery::{DeliveryFaults, RecordedDelivery, WebhookLimits};
pub use filtering::{FilteringError, plain_search};
pub use options::{ApiKeyInfo, OAuthAppInfo, RateLimit, TwinOptions};
pub use query::{QueryError, plain_query};
pub use store::Clock;
pub use twin::{Twin, TwinError};
