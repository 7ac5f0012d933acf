//! Calling a tool over REST. Written out, because the way through a Struct would make every number a double.

use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use latch_catalog::Kind;
use latch_gateway::{Answer, Caller, PlannedRequest};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::body::form;
use super::error::RestError;
use crate::protocol::latch::v1::ExecuteToolRequest;
use crate::service::{Execution, LARGEST_RESULT, Service, Wanted, checked, too_large, unwritten};

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
    // The message of the other doors: its limits are those of this one too.
    let request = ExecuteToolRequest {
        tool_name: body.tool_name,
        identifier: body.identifier,
        connected_account_id: body.connected_account_id,
        connector: body.connector,
        organization_id: body.organization_id,
        user_id: body.user_id,
        agent_run_id: body.agent_run_id,
        deadline_seconds: body.deadline_seconds,
        ..ExecuteToolRequest::default()
    };
    checked(&request)?;
    let wanted = Wanted {
        tool_name: request.tool_name,
        params: body.params,
        connected_account_id: request.connected_account_id,
        connector: request.connector,
        identifier: request.identifier,
        agent_run_id: request.agent_run_id,
        dry_run: body.dry_run,
        deadline: body.deadline_seconds.map(|seconds| Duration::from_secs(seconds.into())),
        timezone_offset: headers.get("x-tz-offset").and_then(|value| value.to_str().ok()?.parse().ok()),
    };
    let outcome = service.execute(caller, wanted).await?;
    let text = text_of(&outcome).map_err(|error| unwritten(&error))?;
    if text.len() > LARGEST_RESULT {
        return Err(too_large(&outcome, text.len()).into());
    }
    Ok(([(http::header::CONTENT_TYPE, "application/json")], text).into_response())
}

/// What stands beside the data.
#[derive(Serialize)]
struct Beside<'a> {
    execution_id: &'a str,
    meta: Meta<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<&'a PlannedRequest>,
}

#[derive(Serialize)]
struct Meta<'a> {
    tool: &'a str,
    kind: Kind,
    account: &'a str,
    dry_run: bool,
    close_status: Option<u16>,
    attempts: u32,
}

/// The answer as it is sent. The data is always an object, and what Close wrote goes into it as it came.
fn text_of(outcome: &Execution) -> serde_json::Result<Vec<u8>> {
    let mut text = Vec::with_capacity(USUAL_ANSWER);
    text.extend_from_slice(br#"{"data":"#);
    match &outcome.data {
        Answer::Text(json) if json.is_object() => text.extend_from_slice(json.as_str().as_bytes()),
        Answer::Text(json) => {
            text.extend_from_slice(br#"{"value":"#);
            text.extend_from_slice(json.as_str().as_bytes());
            text.push(b'}');
        }
        Answer::Value(Value::Null) => text.extend_from_slice(b"{}"),
        Answer::Value(object @ Value::Object(_)) => serde_json::to_writer(&mut text, object)?,
        Answer::Value(other) => serde_json::to_writer(&mut text, &json!({"value": other}))?,
    }
    // The members beside it are an object of their own, whose opening brace is left out.
    let brace = text.len();
    let beside = Beside {
        execution_id: &outcome.call_id,
        meta: Meta {
            tool: &outcome.tool,
            kind: outcome.kind,
            account: &outcome.account,
            dry_run: outcome.planned.is_some(),
            close_status: outcome.close_status,
            attempts: outcome.attempts,
        },
        request: outcome.planned.as_ref(),
    };
    serde_json::to_writer(&mut text, &beside)?;
    text[brace] = b',';
    Ok(text)
}

/// An answer in JSON with a status.
pub(super) fn answered(status: u16, body: Value) -> Response {
    let status = http::StatusCode::from_u16(status).unwrap_or_default();
    (status, Json(body)).into_response()
}
