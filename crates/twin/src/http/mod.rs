//! From an HTTP request to an answer of the API: who asks, limits, faults, recording, the shapes of errors.

mod account;
mod answer;
mod authentication;
mod connection;
mod exports;
mod faults;
mod files;
mod lever_answer;
mod levers;
mod limits;
mod multipart;
mod observe;
mod recorder;
mod request;
mod service;
mod state;

pub(crate) use account::Account;
pub(crate) use answer::{Answer, Refusal};
pub(crate) use connection::Stream;
pub(crate) use exports::{EXPORTS, routes as export_routes};
pub use faults::{ActiveFault, FaultAnswer, FaultKind, FaultRule};
pub(crate) use files::{UPLOADS, routes as file_routes};
pub(crate) use levers::routes as lever_routes;
pub(crate) use observe::observe;
pub use recorder::RecordedRequest;
pub(crate) use request::{App, Call, Parameters, plain as plain_parameter};
pub(crate) use service::serve;
pub(crate) use state::Shared;
