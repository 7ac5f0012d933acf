//! What agents are given: `execute_lua` and the three tools that read the documentation, as functions. Doors
//! only carry their texts.

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;
use latch_catalog::{Manual, PageError};
use latch_gateway::{AccountSelector, CallError, Caller, Gateway, Policy, RunSummary};
use serde_json::Value;

use crate::engine::{Engine, Script, new_run_id};
use crate::gateway_host::GatewayHost;
use crate::record::RunRecord;
use crate::session::{Reply, Session};

/// A run as a door asks for it.
#[derive(Debug, Clone, Default)]
pub struct RunRequest {
    /// The script.
    pub script: Script,
    /// The account that is meant where the script names none.
    pub account: AccountSelector,
    /// A narrowing of what it may do.
    pub policy: Policy,
    /// Skip the policy; only for the person at the command line.
    pub force: bool,
    /// Plan writes instead of making them.
    pub dry_run: bool,
    /// Hours from UTC of the person's clock.
    pub timezone_offset: Option<f32>,
}

/// The table of contents, or the functions of one namespace, as the caller's session has them.
///
/// # Errors
///
/// If there is no such namespace; the message says which there are.
pub async fn lua_list_docs(
    gateway: &Gateway,
    caller: &Caller,
    namespace: Option<&str>,
) -> Result<String, PageError> {
    manual(gateway, caller).await.list(namespace)
}

/// At most `limit` functions that fit a question in plain words, best first, and what the guides say about it.
///
/// # Errors
///
/// If nothing is asked.
pub async fn lua_search_docs(
    gateway: &Gateway,
    caller: &Caller,
    query: &str,
    limit: usize,
) -> Result<String, PageError> {
    manual(gateway, caller).await.search(query, limit)
}

/// One page: a guide, a namespace, or a function under any of its names.
///
/// # Errors
///
/// If there is no such page; the message says what is near.
pub async fn lua_read_doc(gateway: &Gateway, caller: &Caller, page: &str) -> Result<String, PageError> {
    manual(gateway, caller).await.read(page)
}

/// What the caller's session may read.
async fn manual(gateway: &Gateway, caller: &Caller) -> Manual {
    let names = gateway.account_names(caller).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the accounts could not be listed for the manual");
        Vec::new()
    });
    Manual::new(&names)
}

/// Runs a script for `caller` through the gateway, and keeps its record.
pub async fn execute_lua(
    engine: &Engine,
    gateway: &Gateway,
    caller: &Caller,
    mut request: RunRequest,
) -> RunRecord {
    let begun = Begun::of(&mut request);
    let host = host(gateway, caller, &request, &begun);
    let record = engine.run(request.script, Arc::new(host)).await;
    begun.keep(gateway, caller, &record).await;
    record
}

/// Runs one entry of a session through the gateway, and keeps its record like that of a run.
pub async fn enter_session(
    session: &Session,
    gateway: &Gateway,
    caller: &Caller,
    mut request: RunRequest,
) -> Reply {
    let begun = Begun::of(&mut request);
    let host = host(gateway, caller, &request, &begun);
    let reply = session.enter(request.script, Arc::new(host)).await;
    begun.keep(gateway, caller, &reply.record).await;
    reply
}

fn host(gateway: &Gateway, caller: &Caller, request: &RunRequest, begun: &Begun) -> GatewayHost {
    GatewayHost::new(gateway.clone(), caller.clone())
        .on(request.account.clone())
        .with_policy(request.policy)
        .forced(request.force)
        .rehearsing(request.dry_run)
        .of_run(begun.id.clone())
        .at_offset(request.timezone_offset)
}

/// What is known of a run before it has run.
struct Begun {
    id: String,
    account: Option<String>,
    at: Timestamp,
}

impl Begun {
    fn of(request: &mut RunRequest) -> Self {
        let account = match &request.account {
            AccountSelector::Identifier { identifier, .. } => Some(identifier.clone()),
            AccountSelector::Id(id) => Some(id.clone()),
            AccountSelector::Default => None,
        };
        Self { id: request.script.id.get_or_insert_with(new_run_id).clone(), account, at: Timestamp::now() }
    }

    /// Keeps the record. A run is not failed because its record could not be kept, but it is said.
    async fn keep(self, gateway: &Gateway, caller: &Caller, record: &RunRecord) {
        if let Err(error) = keep(gateway, caller, self.account, self.at, record).await {
            tracing::error!(run.id = record.id, %error, "the record of a run could not be kept");
        }
    }
}

async fn keep(
    gateway: &Gateway,
    caller: &Caller,
    account: Option<String>,
    started_at: Timestamp,
    record: &RunRecord,
) -> Result<(), CallError> {
    let count = |calls: usize| u32::try_from(calls).unwrap_or(u32::MAX);
    let writes = record.call_log.iter().filter(|call| !matches!(call.operation, "read" | "")).count();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a run takes neither years nor less than nothing"
    )]
    let duration_ms = record.execution_time_ms as u64;
    let summary = RunSummary {
        id: record.id.clone(),
        caller: caller.name.clone(),
        account,
        name: record.name.clone(),
        outcome: if record.success { "ok" } else { "error" }.to_owned(),
        error_class: record.error_class.clone(),
        dry_run: record.meta.dry_run,
        calls: count(record.call_log.len()),
        writes: count(writes),
        duration_ms,
        started_at,
    };
    let whole = serde_json::to_value(record).unwrap_or(Value::Null);
    gateway.record_run(caller, latch_gateway::RunRecord { summary, record: whole }).await
}

impl RunRecord {
    /// The record as text for an agent, one part a line.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        if !self.output.is_empty() {
            let _ = write!(text, "Output:\n{}\n", self.output);
            if self.output_truncated {
                text.push_str("[output cut]\n");
            }
        }
        if let Some(error) = &self.error {
            let _ = writeln!(text, "Error: {error}");
        }
        if let Some(hint) = &self.hint {
            let _ = writeln!(text, "Hint: {hint}");
        }
        match self.result.as_deref() {
            None | Some([]) => {}
            Some(values) => {
                let values: Vec<String> = values.iter().map(value_text).collect();
                let _ = writeln!(text, "Return value: {}", values.join(", "));
            }
        }
        let _ = writeln!(text, "Execution time: {}ms", self.execution_time_ms);
        if let Some(bytes) = self.memory_usage {
            let _ = writeln!(text, "Memory: {}", size(bytes));
        }
        let _ = write!(text, "Integration calls: {}", self.call_log.len());
        text
    }
}

fn value_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn size(bytes: usize) -> String {
    const KILO: f64 = 1024.0;
    let bytes = bytes as f64;
    if bytes < KILO {
        format!("{bytes} B")
    } else if bytes < KILO * KILO {
        format!("{:.1} KB", bytes / KILO)
    } else {
        format!("{:.1} MB", bytes / (KILO * KILO))
    }
}
