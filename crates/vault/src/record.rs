//! API clients and the record of calls, as callers see them.
//!
//! Promises to hold neither arguments nor tokens. It leaves it to the gateway what the words in a record mean.

use jiff::Timestamp;

use crate::{AccountId, TenantId};

/// A program that may use Latch, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientRecord {
    /// The tenant it acts in.
    pub tenant: TenantId,
    /// Its public id (`latch_` and 26 characters).
    pub client_id: String,
    /// What people call it.
    pub name: String,
    /// When it was created.
    pub created_at: Timestamp,
}

/// One tool call, as recorded: who, on which account, what, how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRecord {
    /// The call's id, unique in the whole store.
    pub id: String,
    /// The tenant it was made in.
    pub tenant: TenantId,
    /// Who made it.
    pub caller: String,
    /// The account it was made with; absent when none was found.
    pub account_id: Option<AccountId>,
    /// The connection it named.
    pub connection: Option<String>,
    /// The identifier it named.
    pub identifier: Option<String>,
    /// The tool.
    pub tool: String,
    /// The kind of the tool: read, write, destructive.
    pub kind: String,
    /// How it ended.
    pub outcome: String,
    /// The class of the error, when it ended in one.
    pub error_class: Option<String>,
    /// The HTTP status of Close's last answer, when there was one.
    pub close_status: Option<u16>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// How many requests to Close it took.
    pub attempts: u32,
    /// The id of the request that carried it, to be found again in logs.
    pub request_id: Option<String>,
    /// Whether it only showed what it would have done.
    pub dry_run: bool,
    /// When it started.
    pub started_at: Timestamp,
}
