//! What an operator sees of a gateway at work.

mod health;
mod logs;
mod metrics;
mod office;
mod request_ids;
mod scraped;
mod traces;
