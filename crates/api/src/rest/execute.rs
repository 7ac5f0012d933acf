//! Calling a tool over REST. Written out, because the way through a Struct would make every number a double.

use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use latch_gateway::Caller;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::form;
use super::error::RestError;
use crate::protocol::latch::v1::ExecuteToolRequest;
use crate::service::{LARGEST_RESULT, Service, Wanted, checked, too_large};

/// Room for most answers, so that the text need not move while it grows.
const USUAL_ANSWER: usize = 8 * 1024;

/// The body: `latch.v1.ExecuteToolRequest`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    #[serde(alias = "toolName")]
    tool_name: String,
    #[serde(default, alias = "tool_input", alias = "toolInput")]
    params: Value,
    identifier: Option<String>,
    #[serde(alias = "connection_name", alias = "connectionName")]
    connector: Option<String>,
    #[serde(alias = "connectedAccountId")]
    connected_account_id: Option<String>,
    #[serde(alias = "organizationId")]
    organization_id: Option<String>,
    #[serde(alias = "userId")]
    user_id: Option<String>,
    #[serde(alias = "agentRunId")]
    agent_run_id: Option<String>,
    #[serde(default, alias = "dryRun")]
    dry_run: bool,
    #[serde(alias = "deadlineSeconds")]
    deadline_seconds: Option<u32>,
}

pub(super) async fn execute(
    service: &Service,
    caller: &Caller,
    headers: &HeaderMap,
    bytes: &[u8],
) -> Result<Response, RestError> {
    let body: Body = form(bytes)?;
    let limits = ExecuteToolRequest {
        tool_name: body.tool_name.clone(),
        identifier: body.identifier.clone(),
        connected_account_id: body.connected_account_id.clone(),
        connector: body.connector.clone(),
        organization_id: body.organization_id,
        user_id: body.user_id,
        agent_run_id: body.agent_run_id.clone(),
        deadline_seconds: body.deadline_seconds,
        ..ExecuteToolRequest::default()
    };
    checked(&limits)?;
    let wanted = Wanted {
        tool_name: body.tool_name,
        params: body.params,
        connected_account_id: body.connected_account_id,
        connector: body.connector,
        identifier: body.identifier,
        agent_run_id: body.agent_run_id,
        dry_run: body.dry_run,
        deadline: body.deadline_seconds.map(|seconds| Duration::from_secs(seconds.into())),
        timezone_offset: headers.get("x-tz-offset").and_then(|value| value.to_str().ok()?.parse().ok()),
    };
    let mut outcome = service.execute(caller, wanted).await?;
    let data = match outcome.data.take() {
        data @ Value::Object(_) => data,
        Value::Null => json!({}),
        other => json!({"value": other}),
    };
    let mut answer = json!({"data": data, "execution_id": outcome.call_id});
    answer["meta"] = json!({
        "tool": outcome.tool,
        "kind": outcome.kind,
        "account": outcome.account,
        "dry_run": outcome.planned.is_some(),
        "close_status": outcome.close_status,
        "attempts": outcome.attempts,
    });
    if let Some(planned) = &outcome.planned {
        answer["request"] = json!(planned);
    }
    let mut text = Vec::with_capacity(USUAL_ANSWER);
    if serde_json::to_writer(&mut text, &answer).is_err() {
        text.clear();
    }
    if text.len() > LARGEST_RESULT {
        return Err(too_large(&outcome, text.len()).into());
    }
    Ok(([(http::header::CONTENT_TYPE, "application/json")], text).into_response())
}

/// An answer in JSON with a status.
pub(super) fn answered(status: u16, body: Value) -> Response {
    let status = http::StatusCode::from_u16(status).unwrap_or_default();
    (status, Json(body)).into_response()
}
