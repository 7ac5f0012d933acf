#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod accept;
mod activity;
mod application;
mod authority;
mod certificate;
mod connection;
mod dates;
mod entrance;
mod executor;
mod limits;
mod meter;
mod pair;
mod patient;
mod refusal;
mod serving;
mod shared;
mod tls;
mod workers;

pub use application::{Answering, Application};
pub use authority::{AuthorityError, LocalAuthority};
pub use certificate::Certificate;
pub use limits::Limits;
pub use meter::Meter;
pub use pair::{CertificateError, CertificateFiles};
pub use serving::{Ended, Port, Serving, serve};
pub use tls::Tls;
pub use workers::Workers;
