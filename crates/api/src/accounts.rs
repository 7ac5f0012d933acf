//! Connected accounts and their authorization links.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use latch_gateway::{AccountQuery, AccountSelector, CallError, ErrorClass, Gateway};
use latch_vault::{Account, AccountStatus};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::address::{Parameters, Segment};
use crate::authentication::Authenticated;
use crate::body::Body;
use crate::error::ApiError;
use crate::tools::selector;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountRequest {
    #[serde(alias = "connected_account_id")]
    id: Option<String>,
    #[serde(alias = "connection_name")]
    connector: Option<String>,
    identifier: Option<String>,
}

impl AccountRequest {
    fn selector(self) -> Result<AccountSelector, CallError> {
        selector(self.id, self.connector, self.identifier)
    }
}

pub(crate) async fn get_or_create(
    State(gateway): State<Gateway>,
    Authenticated(caller): Authenticated,
    Body(request): Body<AccountRequest>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let Some(identifier) = request.identifier else {
        let message = "say whose account it is: give identifier, your own id for the user";
        return Err(CallError::new(ErrorClass::InvalidArguments, message).into());
    };
    let (account, created) =
        gateway.get_or_create_account(&caller, request.connector.as_deref(), &identifier).await?;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(json!({"connected_account": record(&account)}))))
}

#[derive(Deserialize)]
pub(crate) struct ListQuery {
    connector: Option<String>,
    status: Option<String>,
    query: Option<String>,
    page_size: Option<u32>,
    page_token: Option<String>,
}

pub(crate) async fn list(
    State(gateway): State<Gateway>,
    Authenticated(caller): Authenticated,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<Value>, ApiError> {
    let status = match &query.status {
        None => None,
        Some(word) => Some(
            word.parse::<AccountStatus>()
                .map_err(|error| CallError::new(ErrorClass::InvalidArguments, error.to_string()))?,
        ),
    };
    let wanted = AccountQuery {
        connection: query.connector,
        status,
        contains: query.query,
        limit: query.page_size,
        after: query.page_token.filter(|token| !token.is_empty()),
    };
    let found = gateway.accounts(&caller, &wanted).await?;
    let accounts: Vec<Value> = found.accounts.iter().map(record).collect();
    let next = found.next.unwrap_or_default();
    Ok(Json(json!({"connected_accounts": accounts, "total_size": found.total, "next_page_token": next})))
}

pub(crate) async fn one(
    State(gateway): State<Gateway>,
    Authenticated(caller): Authenticated,
    Segment(id): Segment,
) -> Result<Json<Value>, ApiError> {
    let account = gateway.account(&caller, &AccountSelector::Id(id)).await?;
    Ok(Json(json!({"connected_account": record(&account)})))
}

pub(crate) async fn magic_link(
    State(gateway): State<Gateway>,
    Authenticated(caller): Authenticated,
    Body(request): Body<AccountRequest>,
) -> Result<Json<Value>, ApiError> {
    let link = gateway.authorization_link(&caller, &request.selector()?).await?;
    Ok(Json(json!({"link": link.url.as_str(), "expiry": link.expires_at.to_string()})))
}

pub(crate) async fn disconnect(
    State(gateway): State<Gateway>,
    Authenticated(caller): Authenticated,
    Body(request): Body<AccountRequest>,
) -> Result<Json<Value>, ApiError> {
    let account = gateway.disconnect_account(&caller, &request.selector()?).await?;
    Ok(Json(json!({"connected_account": record(&account)})))
}

pub(crate) async fn delete(
    State(gateway): State<Gateway>,
    Authenticated(caller): Authenticated,
    Body(request): Body<AccountRequest>,
) -> Result<Json<Value>, ApiError> {
    gateway.remove_account(&caller, &request.selector()?).await?;
    Ok(Json(json!({})))
}

/// An account as this door shows it. There is nothing secret in it.
fn record(account: &Account) -> Value {
    json!({
        "id": account.id.to_string(),
        "identifier": account.identifier,
        "connector": account.connection,
        "provider": "CLOSE",
        "status": account.status.as_str(),
        "status_reason": account.status_reason,
        "authorization_type": account.credential_kind.as_str(),
        "close_user": {
            "id": account.identity.user_id,
            "name": account.identity.user_name,
            "email": account.identity.user_email,
        },
        "close_organization": {
            "id": account.identity.organization_id,
            "name": account.identity.organization_name,
        },
        "token_expires_at": account.token_expires_at.map(|at| at.to_string()),
        "created_at": account.created_at.to_string(),
        "updated_at": account.updated_at.to_string(),
        "last_used_at": account.last_used_at.map(|at| at.to_string()),
    })
}
