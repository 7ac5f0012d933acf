//! API clients and the records of calls and runs, as callers see them.
//!
//! Promises that no record holds a token, and that only a run's sealed part holds what was printed or returned.
//! It leaves it to the gateway what the words in a record mean.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

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

/// One of a client's secrets, without the secret: a client has two while it is moved from one to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSecret {
    /// Its id (`cs_` and 26 characters).
    pub id: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working; absent until it is replaced.
    pub expires_at: Option<Timestamp>,
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
    /// Close's id of the last request it took (`trace-id`), to name the request to Close's support. The id of the
    /// client's own request stands in the log, on the line that names the call.
    pub request_id: Option<String>,
    /// Whether it only showed what it would have done.
    pub dry_run: bool,
    /// Whether it was made with force, past whatever the policy says.
    pub forced: bool,
    /// The run that it belongs to, if a script made it.
    pub run_id: Option<String>,
    /// When it started.
    pub started_at: Timestamp,
}

/// One execution of a script, without what it printed and returned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSummary {
    /// The run's id (`run_...`), unique in the whole store.
    pub id: String,
    /// Who started it.
    pub caller: String,
    /// The account it was for, as the caller named it; absent when it named none.
    pub account: Option<String>,
    /// The name of the script's file, or `script`.
    pub name: String,
    /// How it ended: `ok` or `error`.
    pub outcome: String,
    /// The class of the error, when it ended in one.
    pub error_class: Option<String>,
    /// Whether its writes were only planned.
    pub dry_run: bool,
    /// How many calls it made.
    pub calls: u32,
    /// How many of them were writes or destructive.
    pub writes: u32,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// When it started.
    pub started_at: Timestamp,
}

/// One execution of a script with all that is remembered of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// What may be listed.
    pub summary: RunSummary,
    /// Its output, results and calls. Kept sealed: it may hold customers' data.
    pub record: Value,
}
