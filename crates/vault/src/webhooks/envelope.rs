//! What an event says: the envelope that AgentKit documents, and two words of our own (`latch_status`, `reason`).
//!
//! Built from an account as anybody may see it, so that no token, key or link can be in it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::WebhookEvent;
use crate::{Account, AccountStatus, TenantId};

/// Something that happened to an account.
pub(crate) struct Occurrence<'a> {
    pub(crate) event: WebhookEvent,
    /// The account as it is now.
    pub(crate) account: &'a Account,
    /// What its status was, for the event of a new one.
    pub(crate) old_status: Option<AccountStatus>,
    /// Why; by default the reason of the account's status.
    pub(crate) reason: Option<&'a str>,
}

impl<'a> Occurrence<'a> {
    pub(crate) fn new(event: WebhookEvent, account: &'a Account) -> Self {
        Self { event, account, old_status: None, reason: None }
    }

    /// The body to send.
    pub(crate) fn payload(&self, id: &str, now: Timestamp) -> String {
        let account = self.account;
        let mut data = json!({
            "id": account.id.as_str(),
            "identifier": account.identifier,
            "connection_id": account.connection_id.as_str(),
            "provider": "CLOSE",
            "authorization_type": account.credential_kind.in_agentkit(),
            "status": account.status.in_agentkit(),
            "latch_status": account.status.as_str(),
        });
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                data[name] = Value::String(value);
            }
        };
        add("reason", self.reason.map(str::to_owned).or_else(|| account.status_reason.clone()));
        add("token_expires_at", account.token_expires_at.map(|at| at.to_string()));
        add("last_used_at", account.last_used_at.map(|at| at.to_string()));
        if let Some(old) = self.old_status {
            add("old_status", Some(old.in_agentkit().to_owned()));
            add("connection_name", Some(account.connection.clone()));
        }
        envelope(self.event, id, &account.tenant, now, "ConnectedAccount", &data)
    }
}

/// The body of a test event.
pub(crate) fn test_payload(id: &str, tenant: &TenantId, endpoint_id: &str, now: Timestamp) -> String {
    envelope(WebhookEvent::Test, id, tenant, now, "WebhookEndpoint", &json!({"id": endpoint_id}))
}

fn envelope(
    event: WebhookEvent,
    id: &str,
    tenant: &TenantId,
    now: Timestamp,
    object: &str,
    data: &Value,
) -> String {
    json!({
        "spec_version": "1",
        "id": id,
        "type": event.as_str(),
        "occurred_at": now.to_string(),
        "environment_id": tenant.as_str(),
        "object": object,
        "data": data,
    })
    .to_string()
}
