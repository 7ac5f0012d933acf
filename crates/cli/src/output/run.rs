//! Runs of scripts, for people.

use std::fmt::Write as _;

use jiff::Timestamp;
use latch_gateway::{PlannedWrite, RunSummary};
use latch_lua::RunRecord;
use serde_json::Value;

use super::planned_text;
use super::table::{ago, table};

/// Characters of an id that tell runs apart in a list.
const SHORT_ID: usize = 8;

/// What a script printed, and the values it returned as JSON.
pub(crate) fn run_text(record: &RunRecord) -> String {
    let mut text = record.output.clone();
    if record.output_truncated {
        text.push_str("\n[output cut]");
    }
    for value in record.result.iter().flatten() {
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = write!(text, "{value:#}");
    }
    text
}

/// The writes that a dry run would make.
pub(crate) fn plan_text(plan: &[PlannedWrite]) -> String {
    let mut text = match plan.len() {
        0 => return "Plan: nothing would be written.".to_owned(),
        1 => "Plan: 1 write. It was not made.\n".to_owned(),
        count => format!("Plan: {count} writes. None was made.\n"),
    };
    for write in plan {
        let approval = if write.approval { ", needs approval" } else { "" };
        let _ = write!(
            text,
            "\n{}. {} ({}{approval}) for {}\n",
            write.index,
            write.tool,
            write.kind.as_str(),
            write.account
        );
        for line in planned_text(&write.request).lines() {
            let _ = writeln!(text, "{}", format!("   {line}").trim_end());
        }
    }
    text
}

/// A list of runs.
pub(crate) fn run_table(runs: &[RunSummary], now: Timestamp) -> String {
    let rows = runs
        .iter()
        .map(|run| {
            let outcome = match (&run.error_class, run.dry_run) {
                (Some(class), _) => class.clone(),
                (None, true) => "dry run".to_owned(),
                (None, false) => run.outcome.clone(),
            };
            [
                ago(run.started_at, now),
                run.id[run.id.len().saturating_sub(SHORT_ID)..].to_owned(),
                run.name.clone(),
                run.account.clone().unwrap_or_else(|| "default".to_owned()),
                outcome,
                run.calls.to_string(),
                run.writes.to_string(),
                format!("{} ms", run.duration_ms),
                run.caller.clone(),
            ]
        })
        .collect();
    table(["WHEN", "ID", "SCRIPT", "ACCOUNT", "OUTCOME", "CALLS", "WRITES", "TOOK", "CALLER"], rows)
}

/// One run, whole.
pub(crate) fn kept_run_text(run: &latch_gateway::RunRecord, now: Timestamp) -> String {
    let (summary, record) = (&run.summary, &run.record);
    let mut text = format!(
        "{}  {}  by {} for {}, {}, took {} ms\n",
        summary.id,
        summary.name,
        summary.caller,
        summary.account.as_deref().unwrap_or("the default account"),
        ago(summary.started_at, now),
        summary.duration_ms
    );
    let outcome = summary.error_class.as_deref().unwrap_or(&summary.outcome);
    let _ = writeln!(text, "outcome: {outcome}{}", if summary.dry_run { " (dry run)" } else { "" });
    if let Some(error) = record["error"].as_str() {
        let _ = writeln!(text, "error: {error}");
    }
    if let Some(output) = record["output"].as_str().filter(|output| !output.is_empty()) {
        let _ = writeln!(text, "\nOutput:\n{output}");
    }
    for value in record["result"].as_array().into_iter().flatten() {
        let _ = writeln!(text, "\nReturned:\n{value:#}");
    }
    let calls = record["integration_calls"].as_array().cloned().unwrap_or_default();
    if !calls.is_empty() {
        let rows = calls.iter().map(call_row).collect();
        let _ = write!(
            text,
            "\n{}",
            table(["#", "FUNCTION", "ACCOUNT", "STATUS", "EFFECT", "HTTP", "TOOK"], rows)
        );
    }
    text
}

fn call_row(call: &Value) -> [String; 7] {
    let text = |name: &str| match &call[name] {
        Value::String(text) if !text.is_empty() => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => "-".to_owned(),
    };
    let status = call["error_class"].as_str().map_or_else(|| text("status"), str::to_owned);
    [
        text("index"),
        text("function"),
        text("account"),
        status,
        text("write_effect"),
        text("http_status"),
        format!("{} ms", text("durationMs")),
    ]
}
