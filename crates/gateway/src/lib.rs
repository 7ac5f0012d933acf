#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod account;
mod accounts;
mod authorization;
mod call;
mod caller;
mod connections;
mod credentials;
mod error;
mod execute;
mod gateway;
mod identity;
mod lookups;
mod observer;
mod overlay;
mod passage;
mod policy;
mod record;
mod rehearsal;
mod rehearse;
mod runs;
mod task;

pub use accounts::{AccountList, AccountQuery};
pub use authorization::KeyRefused;
pub use call::{AccountSelector, Answer, CallOutcome, PlannedRequest, ToolCall};
pub use caller::{Caller, environment_option};
pub use error::{CallError, ErrorClass, FieldError, WriteEffect};
pub use gateway::{EnvironmentAccount, Gateway, GatewayOptions};
pub use latch_close::JsonText;
pub use latch_vault::{CallRecord, InvalidPermission, Permission, Policy, RunRecord, RunSummary};
pub use observer::Observer;
pub use passage::{Passage, Passed};
pub use policy::permission;
pub use rehearsal::{PlannedWrite, Rehearsal};
