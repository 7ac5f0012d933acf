//! The record of calls.

use jiff::Timestamp;
use latch_vault::CallRecord;
use serde_json::{Value, json};

use super::table::{ago, table};

/// One recorded call for programs.
pub(crate) fn call_json(record: &CallRecord) -> Value {
    json!({
        "id": record.id,
        "started_at": record.started_at.to_string(),
        "caller": record.caller,
        "account": record.identifier,
        "connection": record.connection,
        "tool": record.tool,
        "operation": record.kind,
        "outcome": record.outcome,
        "error_class": record.error_class,
        "close_status": record.close_status,
        "dry_run": record.dry_run,
        "forced": record.forced,
        "run_id": record.run_id,
        "attempts": record.attempts,
        "duration_ms": record.duration_ms,
        "request_id": record.request_id,
    })
}

/// Recorded calls for people.
pub(crate) fn call_table(records: &[CallRecord], now: Timestamp) -> String {
    let rows = records
        .iter()
        .map(|record| {
            let outcome = match (&record.error_class, record.dry_run) {
                (Some(class), _) => class.clone(),
                (None, true) => "dry run".to_owned(),
                (None, false) => record.outcome.clone(),
            };
            [
                ago(record.started_at, now),
                record.tool.clone(),
                record.identifier.clone().unwrap_or_else(|| "-".to_owned()),
                outcome,
                record.close_status.map_or_else(|| "-".to_owned(), |status| status.to_string()),
                format!("{} ms", record.duration_ms),
                record.caller.clone(),
            ]
        })
        .collect();
    table(["WHEN", "TOOL", "ACCOUNT", "OUTCOME", "STATUS", "TOOK", "CALLER"], rows)
}
