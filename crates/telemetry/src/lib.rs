#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod door;
mod exposition;
mod health;
mod labels;
mod listening;
mod log_time;
mod metrics;
mod observe;
mod request_id;
mod request_log;
mod traces;

pub use door::Route;
pub use exposition::{metrics_router, serve_metrics};
pub use health::router;
pub use listening::ListenerNumbers;
pub use log_time::LogTime;
pub use metrics::Metrics;
pub use observe::{observe, observe_service};
pub use request_id::{REQUEST_ID_HEADER, RequestId};
pub use request_log::RequestLog;
pub use traces::{Traces, TracesError};
