//! The outcome of a tool call: one envelope for programs, whatever came of it.

use std::fmt::Write as _;
use std::time::Duration;

use latch_catalog::{Tool, catalog};
use latch_gateway::{CallError, CallOutcome, PlannedRequest};
use serde_json::{Value, json};

/// What is known of a call, whether it succeeded or not.
#[derive(Debug)]
pub(crate) struct Told<'c> {
    /// The tool's name as it was given.
    pub(crate) tool: &'c str,
    /// The account that was asked for.
    pub(crate) account: &'c str,
    /// Whether it was a dry run.
    pub(crate) dry_run: bool,
    /// Whether the policy was to be passed over.
    pub(crate) force: bool,
    /// How long it took.
    pub(crate) duration: Duration,
}

/// The envelope. `success` and `error` stand at the top in every case.
pub(crate) fn envelope(told: &Told<'_>, result: &Result<CallOutcome, CallError>) -> Value {
    let tool: Option<&Tool> = catalog().find(told.tool).ok().map(|address| address.tool());
    let account = result.as_ref().map_or(told.account, |outcome| outcome.account.as_str());
    let outcome = result.as_ref().ok();
    let error = result.as_ref().err();
    let mut envelope = json!({
        "function": tool.map_or_else(|| told.tool.to_owned(), |tool| format!("close.{}", tool.function)),
        "success": outcome.is_some(),
        "data": outcome.map(|outcome| &outcome.data),
        "error": error.map(|error| &error.message),
        "error_class": error.map(|error| error.class),
        "hint": error.and_then(|error| error.hint.as_ref()),
        "field_errors": error.map(|error| &error.field_errors),
        "effect": error.map(|error| error.effect),
        "meta": {
            "dry_run": told.dry_run,
            "operation": tool.map(|tool| tool.kind),
            "permission_bypassed": told.force,
            "account": account,
        },
        "duration_ms": milliseconds(told.duration),
        "call_id": outcome.map(|outcome| &outcome.call_id).or(error.and_then(|error| error.call_id.as_ref())),
    });
    if let Some(error) = error {
        envelope["close_status"] = json!(error.close_status);
        envelope["suggestions"] = json!(error.suggestions);
        envelope["link"] = json!(error.link);
    }
    if let Some(planned) = outcome.and_then(|outcome| outcome.planned.as_ref()) {
        envelope["request"] = json!(planned);
    }
    envelope
}

/// Milliseconds with one decimal.
#[expect(clippy::cast_precision_loss, reason = "a call does not take 2^52 microseconds")]
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_micros() as f64 / 100.0).round() / 10.0
}

/// The request of a dry run, as it would go over the wire, without the credential.
pub(crate) fn planned_text(planned: &PlannedRequest) -> String {
    let mut text = format!("{} {}\n", planned.method, planned.url);
    for (name, value) in &planned.headers {
        let _ = writeln!(text, "{name}: {value}");
    }
    if let Some(body) = &planned.body {
        let _ = write!(text, "\n{body:#}\n");
    }
    text
}
