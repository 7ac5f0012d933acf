//! What goes into a call and what comes out of it.

use std::time::Duration;

use latch_catalog::Kind;
use latch_close::JsonText;
use latch_vault::Policy;
use serde::Serialize;
use serde_json::Value;

use crate::Rehearsal;

/// One tool call as a door hands it over.
#[derive(Debug, Clone)]
pub struct ToolCall {
    /// The tool, under any of its names.
    pub tool: String,
    /// Its arguments: an object, or null for none.
    pub arguments: Value,
    /// On whose behalf.
    pub account: AccountSelector,
    /// Show the request instead of sending it.
    pub dry_run: bool,
    /// How long the call may take, waiting included. Lowers the operator's limit, never raises it.
    pub deadline: Option<Duration>,
    /// Hours from UTC of the person's clock, for Close's notion of today.
    pub timezone_offset: Option<f32>,
    /// What this call may do at most. Narrows the account's own policy, never widens it.
    pub policy: Policy,
    /// Make the call whatever the policy says. Only the command line may; anybody else is refused.
    pub force: bool,
    /// Id of the script run that makes the call, for the record.
    pub run: Option<String>,
    /// The rehearsal that the call is part of: writes are planned there instead of being sent.
    pub rehearsal: Option<Rehearsal>,
}

impl ToolCall {
    /// A call on the default account.
    pub fn new(tool: impl Into<String>, arguments: Value) -> Self {
        Self {
            tool: tool.into(),
            arguments,
            account: AccountSelector::Default,
            dry_run: false,
            deadline: None,
            timezone_offset: None,
            policy: Policy::ALLOW,
            force: false,
            run: None,
            rehearsal: None,
        }
    }

    /// The same call on behalf of `account`.
    #[must_use]
    pub fn on(mut self, account: AccountSelector) -> Self {
        self.account = account;
        self
    }

    /// The same call as a dry run.
    #[must_use]
    pub fn dry_run(mut self) -> Self {
        self.dry_run = true;
        self
    }
}

/// Which connected account a call is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum AccountSelector {
    /// The account from the environment, else the one called `default`, else the only one there is.
    #[default]
    Default,
    /// By the application's own user id.
    Identifier {
        /// The connection; all of the tenant's are searched without it.
        connection: Option<String>,
        /// The identifier.
        identifier: String,
    },
    /// By Latch's id, `ca_…`.
    Id(String),
}

impl AccountSelector {
    /// The account `identifier` on whichever connection has it.
    pub fn identifier(identifier: impl Into<String>) -> Self {
        Self::Identifier { connection: None, identifier: identifier.into() }
    }
}

/// What a call was answered with.
#[derive(Debug, Clone)]
pub enum Answer {
    /// What Close wrote. Nobody has looked inside yet.
    Text(JsonText),
    /// What was made from it.
    Value(Value),
}

impl Default for Answer {
    fn default() -> Self {
        Self::Value(Value::Null)
    }
}

impl Answer {
    /// The answer, taken apart.
    pub fn into_value(self) -> Value {
        match self {
            Self::Text(text) => text.to_value(),
            Self::Value(value) => value,
        }
    }
}

/// A call that succeeded. `D` is what its answer is held as.
#[derive(Debug, Clone, Serialize)]
pub struct CallOutcome<D = Value> {
    /// Id of the recorded call, `call_…`.
    pub call_id: String,
    /// The tool, in the vocabulary in which it was called.
    pub tool: String,
    /// Whether it read, wrote or destroyed.
    pub kind: Kind,
    /// The account's identifier.
    pub account: String,
    /// The answer; null for a dry run, and made up for a write of a rehearsal.
    pub data: D,
    /// For lists: the plural under which the items are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// The request that a dry run, or a write of a rehearsal, would have sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planned: Option<PlannedRequest>,
    /// Close's status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_status: Option<u16>,
    /// Close's id for the request, if it gave one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_trace_id: Option<String>,
    /// How often the request was sent.
    pub attempts: u32,
    /// Whether it was made with force, past whatever the policy says.
    pub forced: bool,
    /// How long it all took.
    #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
    pub duration: Duration,
}

impl CallOutcome<Answer> {
    /// The same with the answer taken apart.
    pub fn read(self) -> CallOutcome {
        CallOutcome {
            call_id: self.call_id,
            tool: self.tool,
            kind: self.kind,
            account: self.account,
            data: self.data.into_value(),
            list: self.list,
            planned: self.planned,
            close_status: self.close_status,
            close_trace_id: self.close_trace_id,
            attempts: self.attempts,
            forced: self.forced,
            duration: self.duration,
        }
    }
}

/// A request as it would be sent, without the credential.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlannedRequest {
    /// Method on the wire.
    pub method: String,
    /// Whole address.
    pub url: String,
    /// Headers, without the authorization.
    pub headers: Vec<(String, String)>,
    /// JSON body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

#[expect(clippy::cast_precision_loss, reason = "a call does not take 2^52 microseconds")]
fn milliseconds<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((duration.as_micros() as f64 / 100.0).round() / 10.0)
}
