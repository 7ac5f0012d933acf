//! The record of a run: everything somebody needs who was not there.

use latch_gateway::{CallError, CallOutcome, PlannedWrite, WriteEffect};
use serde::Serialize;
use serde_json::{Value, json};

use crate::failure;
use crate::limits::Limits;
use crate::shared::cut;

/// Messages in the log of calls are cut to so many bytes.
const LONGEST_ERROR: usize = 2 * 1024;

/// What a run returns. `Serialize` gives the JSON of the contract, extra members included.
#[derive(Debug, Clone, Serialize)]
pub struct RunRecord {
    /// The run's id, `run_…`.
    pub id: String,
    /// The script's name: its file, or `script`.
    pub name: String,
    /// Whether it ran to its end.
    pub success: bool,
    /// All printed lines, joined with line breaks.
    pub output: String,
    /// Whether printed output is missing because there was too much.
    pub output_truncated: bool,
    /// What ended it, if not its own end.
    pub error: Option<String>,
    /// The stable class of the error.
    pub error_class: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// For errors of Close: its field errors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub field_errors: Vec<Value>,
    /// The class of the limit that ended it, if one did.
    pub ended_by: Option<String>,
    /// The values it returned; null after an error.
    pub result: Option<Vec<Value>>,
    /// From start to end, in milliseconds.
    pub execution_time_ms: f64,
    /// Computing alone, in milliseconds.
    pub cpu_time_ms: f64,
    /// The most memory seen in use, in bytes; null after an error.
    pub memory_usage: Option<usize>,
    /// The log of calls.
    pub integration_calls: Vec<CallEntry>,
    /// Another name for the log, which the reference on the web uses.
    pub call_log: Vec<CallEntry>,
    /// In a dry run: the writes it would make, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Vec<PlannedWrite>>,
    /// Circumstances.
    pub meta: Meta,
}

/// Circumstances of a run.
#[derive(Debug, Clone, Serialize)]
pub struct Meta {
    /// Whether the policy was bypassed.
    pub permission_bypassed: bool,
    /// Whether writes were only planned.
    pub dry_run: bool,
    /// The language and its version.
    pub engine: &'static str,
    /// The limits that were in force.
    pub limits: Value,
}

impl Meta {
    pub(crate) fn limits(limits: &Limits) -> Value {
        json!({
            "cpu_seconds": limits.cpu.as_secs_f64(),
            "wall_seconds": limits.wall.as_secs_f64(),
            "memory_bytes": limits.memory,
            "calls": limits.calls,
            "writes": limits.writes,
            "output_bytes": limits.output,
            "result_bytes": limits.result,
            "parallel_calls": limits.parallel,
        })
    }
}

/// One entry of the log of calls.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CallEntry {
    /// Its place, from 1, in the order in which calls began.
    pub index: usize,
    /// The function as it was called: `integrations.close.list_leads`.
    pub path: String,
    /// The function's name: `list_leads`.
    pub function: String,
    /// The tool's name: `close_leads_list`; empty for a function that does not exist.
    pub tool: String,
    /// A title for people: `List leads`.
    pub name: String,
    /// The integration, `close`.
    pub group: &'static str,
    /// A sign for lists.
    pub icon: &'static str,
    /// `read`, `write` or `destructive`; empty for a function that does not exist.
    pub operation: &'static str,
    /// The account's name.
    pub account: String,
    /// `ok`, `error`, or `running` where the run ended first.
    pub status: &'static str,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Its class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_class: Option<&'static str>,
    /// Whether it changed anything at Close: `none`, `succeeded`, `unknown`, `denied`, `planned`.
    pub write_effect: &'static str,
    /// Whether the same call may be made again without looking first.
    pub retry_safe: bool,
    /// Close's HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// Id of the call in Latch's own record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_id: Option<String>,
    /// Close's id for the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// How long it took, in milliseconds.
    #[serde(rename = "durationMs")]
    pub duration_ms: f64,
}

impl CallEntry {
    /// Notes a call's success.
    pub(crate) fn succeeded(&mut self, outcome: &CallOutcome, milliseconds: f64) {
        self.status = "ok";
        self.write_effect = match (outcome.kind, &outcome.planned) {
            (latch_catalog::Kind::Read, _) => "none",
            (_, Some(_)) => "planned",
            (_, None) => "succeeded",
        };
        self.retry_safe = outcome.kind == latch_catalog::Kind::Read || outcome.planned.is_some();
        self.account.clone_from(&outcome.account);
        self.http_status = outcome.close_status;
        self.call_id = Some(outcome.call_id.clone());
        self.request_id.clone_from(&outcome.close_trace_id);
        self.duration_ms = milliseconds;
    }

    /// Notes a call's failure.
    pub(crate) fn failed(&mut self, error: &CallError, milliseconds: f64) {
        self.refused(error.class.as_str(), failure::message(error, &self.path), milliseconds);
        self.write_effect = match (error.effect, self.error_class) {
            (WriteEffect::Unknown, _) => "unknown",
            (WriteEffect::None, Some("permission_denied" | "approval_required")) => "denied",
            (WriteEffect::None, _) => "none",
        };
        self.retry_safe = error.is_safe_to_repeat();
        self.http_status = error.close_status;
        self.call_id.clone_from(&error.call_id);
        self.request_id.clone_from(&error.close_trace_id);
    }

    /// Notes a call that was never made.
    pub(crate) fn refused(&mut self, class: &'static str, message: String, milliseconds: f64) {
        self.status = "error";
        self.error = Some(cut(&message, LONGEST_ERROR).to_owned());
        self.error_class = Some(class);
        self.duration_ms = milliseconds;
    }
}

/// Milliseconds with one decimal.
#[expect(clippy::cast_precision_loss, reason = "a run does not take 2^52 microseconds")]
pub(crate) fn milliseconds(duration: std::time::Duration) -> f64 {
    (duration.as_micros() as f64 / 100.0).round() / 10.0
}
