//! What an operator sees of a gateway at work.

mod health;
mod logs;
mod metrics;
#[path = "../office/mod.rs"]
mod office;
mod request_ids;
