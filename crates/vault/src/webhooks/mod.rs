//! Webhooks: telling the operator's own programs what happens to accounts.
//!
//! What happens is written down in the transaction in which it happens, one row for each endpoint that wants to
//! hear of it. A worker sends the rows, signed, until each is answered with a 2xx or three days are over.
//! Promises at least one delivery of everything that was committed, under the same event id every time; that
//! nothing secret is in an event; and that programs on one data folder do not all send at once. It leaves the
//! rows to the store.

mod envelope;
mod schedule;
mod send;
mod sign;
mod types;
mod worker;

pub(crate) use envelope::{Occurrence, test_payload};
pub(crate) use schedule::gives_up_at;
pub(crate) use send::Sender;
pub(crate) use sign::new_secret;
pub use types::{UnknownWebhookEvent, WebhookDelivery, WebhookEndpoint, WebhookEvent};
