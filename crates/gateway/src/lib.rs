#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod account;
mod accounts;
mod authorization;
mod call;
mod caller;
mod credentials;
mod error;
mod execute;
mod gateway;
mod identity;
mod lookups;
mod record;

pub use accounts::{AccountList, AccountQuery};
pub use call::{AccountSelector, CallOutcome, PlannedRequest, ToolCall};
pub use caller::Caller;
pub use error::{CallError, ErrorClass, FieldError, WriteEffect};
pub use gateway::{EnvironmentAccount, Gateway, GatewayOptions};
