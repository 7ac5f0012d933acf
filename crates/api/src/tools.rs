//! Executing and listing tools.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use latch_catalog::{Address, Tool, Vocabulary};
use latch_gateway::{AccountSelector, CallError, ErrorClass, Gateway, ToolCall};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::address::{Parameters, Segment};
use crate::authentication::Authenticated;
use crate::body::Body;
use crate::error::ApiError;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExecuteRequest {
    tool_name: String,
    #[serde(default, alias = "tool_input")]
    params: Value,
    identifier: Option<String>,
    #[serde(alias = "connection_name")]
    connector: Option<String>,
    connected_account_id: Option<String>,
    #[serde(default)]
    dry_run: bool,
    deadline_seconds: Option<u64>,
}

pub(crate) async fn execute(
    State(gateway): State<Gateway>,
    Authenticated(caller): Authenticated,
    headers: HeaderMap,
    Body(request): Body<ExecuteRequest>,
) -> Result<Json<Value>, ApiError> {
    let account = selector(request.connected_account_id, request.connector, request.identifier)?;
    let call = ToolCall {
        account,
        dry_run: request.dry_run,
        deadline: request.deadline_seconds.map(Duration::from_secs),
        timezone_offset: headers.get("x-tz-offset").and_then(|value| value.to_str().ok()?.parse().ok()),
        ..ToolCall::new(request.tool_name, request.params)
    };
    let outcome = gateway.execute(&caller, call).await?;
    let mut answer = json!({"data": outcome.data, "execution_id": outcome.call_id});
    answer["meta"] = json!({
        "tool": outcome.tool,
        "kind": outcome.kind,
        "account": outcome.account,
        "dry_run": outcome.planned.is_some(),
        "close_status": outcome.close_status,
        "attempts": outcome.attempts,
    });
    if let Some(planned) = outcome.planned {
        answer["request"] = json!(planned);
    }
    Ok(Json(answer))
}

/// The account a request names. An application acts for one of its users, so it must name one.
pub(crate) fn selector(
    id: Option<String>,
    connection: Option<String>,
    identifier: Option<String>,
) -> Result<AccountSelector, CallError> {
    match (id, identifier) {
        (Some(id), _) => Ok(AccountSelector::Id(id)),
        (None, Some(identifier)) => Ok(AccountSelector::Identifier { connection, identifier }),
        (None, None) => Err(CallError::new(
            ErrorClass::InvalidArguments,
            "say whose account it is: give identifier, or connected_account_id",
        )),
    }
}

#[derive(Deserialize)]
pub(crate) struct ListQuery {
    query: Option<String>,
    tool_name: Option<String>,
    page_size: Option<usize>,
    page_token: Option<String>,
}

/// Holds all tools, so that clients that never ask for a second page see everything.
const USUAL_PAGE: usize = 300;
const LARGEST_PAGE: usize = 1000;

pub(crate) async fn list(
    State(gateway): State<Gateway>,
    Authenticated(_): Authenticated,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<Value>, ApiError> {
    // Names that no tool answers to choose nothing.
    let names: Option<Vec<&str>> = query.tool_name.as_deref().map(|names| {
        let found = names.split(',').filter_map(|name| gateway.catalog().get(name));
        found.map(|address| address.tool().name.as_str()).collect()
    });
    let words: Vec<String> =
        query.query.as_deref().unwrap_or_default().split([' ', '_']).map(str::to_lowercase).collect();
    let fits = |tool: &Tool| {
        words.iter().all(|word| tool.name.contains(word.as_str()))
            && names.as_ref().is_none_or(|names| names.contains(&tool.name.as_str()))
    };
    let found: Vec<&Tool> = gateway.catalog().tools().filter(|tool| fits(tool)).collect();
    let start = match query.page_token.as_deref() {
        None | Some("") => 0,
        Some(token) => {
            token.parse::<usize>().ok().filter(|start| *start <= found.len()).ok_or_else(|| {
                CallError::new(
                    ErrorClass::InvalidArguments,
                    "the page token is not one that this list gave out",
                )
            })?
        }
    };
    let size = query.page_size.filter(|size| *size > 0).unwrap_or(USUAL_PAGE).min(LARGEST_PAGE);
    let page: Vec<Value> = found
        .iter()
        .skip(start)
        .take(size)
        .map(|tool| record(gateway.catalog().address(tool, Vocabulary::AgentKit)))
        .collect();
    let end = start + page.len();
    let next = if end < found.len() { end.to_string() } else { String::new() };
    Ok(Json(json!({"tools": page, "total_size": found.len(), "next_page_token": next})))
}

pub(crate) async fn one(
    State(gateway): State<Gateway>,
    Authenticated(_): Authenticated,
    Segment(name): Segment,
) -> Result<Json<Value>, ApiError> {
    let address = gateway.catalog().find(&name).map_err(CallError::from)?;
    let mut found = record(address);
    found["documentation"] = json!(address.page());
    Ok(Json(found))
}

fn record(address: Address<'_>) -> Value {
    let tool = address.tool();
    json!({
        "name": address.name(),
        "function": tool.function,
        "provider": "CLOSE",
        "title": tool.title,
        "kind": tool.kind,
        "description": address.description(),
        "input_schema": address.schema(),
    })
}
