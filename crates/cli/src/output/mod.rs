//! What answers look like: tables for people, members for programs.

mod account;
mod call;
mod catalog;
mod record;
mod run;
mod table;
mod webhook;

pub(crate) use account::{
    account_json, account_lines, account_table, identity_json, identity_text, policy_json, policy_lines,
};
pub(crate) use call::{Told, envelope, milliseconds, planned_text};
pub(crate) use catalog::{tool_json, tool_table};
pub(crate) use record::{call_json, call_table};
pub(crate) use run::{kept_run_text, plan_text, run_table, run_text};
pub(crate) use table::{ago, table};
pub(crate) use webhook::{delivery_json, delivery_table, endpoint_json, endpoint_table};
