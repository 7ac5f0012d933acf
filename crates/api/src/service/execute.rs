//! Calling a tool.

use std::time::Duration;

use latch_gateway::{Answer, CallError, CallOutcome, Caller, ErrorClass, ToolCall};
use serde_json::Value;

use super::{Failure, Service, selector};

/// A call as the doors hand it over.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) tool_name: String,
    /// An object, or null for none.
    pub(crate) params: Value,
    pub(crate) connected_account_id: Option<String>,
    pub(crate) connector: Option<String>,
    pub(crate) identifier: Option<String>,
    pub(crate) agent_run_id: Option<String>,
    pub(crate) dry_run: bool,
    pub(crate) deadline: Option<Duration>,
    /// Hours from UTC of the person's clock.
    pub(crate) timezone_offset: Option<f32>,
}

/// A call that succeeded.
pub(crate) type Execution = CallOutcome<Answer>;

impl Service {
    /// Calls a tool. A call that has begun goes on if whoever asked for it goes away.
    pub(crate) async fn execute(&self, caller: &Caller, wanted: Wanted) -> Result<Execution, Failure> {
        if wanted.tool_name.is_empty() {
            return Err(Failure::invalid("tool_name", "is missing", "required"));
        }
        let account = selector(wanted.connected_account_id, wanted.connector, wanted.identifier)?;
        if let Some(run) = &wanted.agent_run_id {
            tracing::info!(
                agent.run = run.as_str(),
                call.tool = wanted.tool_name.as_str(),
                "call of an agent's run"
            );
        }
        let call = ToolCall {
            account,
            dry_run: wanted.dry_run,
            deadline: wanted.deadline,
            timezone_offset: wanted.timezone_offset,
            ..ToolCall::new(wanted.tool_name, wanted.params)
        };
        self.gateway.execute_unread(caller, call).await.map_err(|error| match error.class {
            // The gateway's own hint is for the person at the command line.
            ErrorClass::UnknownFunction => {
                error.with_hint("ListTools (GET /api/v1/tools) lists every tool").into()
            }
            _ => error.into(),
        })
    }
}

/// A result of which no answer can be made.
pub(crate) fn unwritten(error: &serde_json::Error) -> Failure {
    Failure::new(ErrorClass::Internal, format!("the answer cannot be written: {error}"))
}

/// More than a client takes: Python's gRPC keeps to four mebibytes.
pub(crate) const LARGEST_RESULT: usize = 4 * 1024 * 1024 - 64 * 1024;

/// A result that is larger than clients take.
pub(crate) fn too_large(outcome: &Execution, bytes: usize) -> Failure {
    let effect = if outcome.kind == latch_catalog::Kind::Read { "" } else { " The change was made." };
    let message = format!(
        "the result of {} has {bytes} bytes, more than the {LARGEST_RESULT} that clients can receive.{effect}",
        outcome.tool
    );
    let mut error = CallError::new(ErrorClass::Api, message)
        .with_hint("ask for less: name the members you need in _fields, or lower _limit");
    error.close_status = outcome.close_status;
    error.call_id = Some(outcome.call_id.clone());
    Failure { error: Box::new(error), violations: Vec::new(), code: Some("RESULT_TOO_LARGE") }
}
