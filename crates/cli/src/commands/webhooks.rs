//! `latch webhooks`: the operator's own addresses that are told what happens to accounts.

use std::time::Duration;

use jiff::Timestamp;
use latch_vault::{TenantId, WebhookDelivery, WebhookEndpoint};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::arguments::{GlobalOptions, WebhooksAction};
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::open::{self, House};
use crate::output::{delivery_json, delivery_table, endpoint_json, endpoint_table};

/// How long to wait for the end of one attempt: longer than an attempt may take.
const PATIENCE: Duration = Duration::from_secs(15);
const POLL: Duration = Duration::from_millis(50);

pub(crate) async fn run(
    global: &GlobalOptions,
    action: Option<WebhooksAction>,
    console: &Console,
) -> Result<(), Failure> {
    let house = open::house(global).await?;
    let outcome = act(&house, house.tenant(), action.unwrap_or(WebhooksAction::List), console).await;
    house.close().await;
    outcome
}

async fn act(
    house: &House,
    tenant: &TenantId,
    action: WebhooksAction,
    console: &Console,
) -> Result<(), Failure> {
    let vault = &house.vault;
    match action {
        WebhooksAction::List => list(&vault.webhook_endpoints(tenant).await?, console),
        WebhooksAction::Add { url, events } => {
            let (endpoint, secret) = vault.add_webhook_endpoint(tenant, &url, &events).await?;
            with_secret(&endpoint, &secret, console)
        }
        WebhooksAction::Rotate { id, overlap } => {
            let overlap = Duration::from_secs(overlap);
            let (endpoint, secret) = vault.rotate_webhook_secret(tenant, &id, overlap).await?;
            with_secret(&endpoint, &secret, console)
        }
        WebhooksAction::Disable { id } => {
            let endpoint = vault.enable_webhook_endpoint(tenant, &id, false).await?;
            changed(&endpoint, "is turned off; what happens now is not told to it, not even later", console)
        }
        WebhooksAction::Enable { id } => {
            let endpoint = vault.enable_webhook_endpoint(tenant, &id, true).await?;
            changed(&endpoint, "is turned on", console)
        }
        WebhooksAction::Remove { id } => {
            vault.remove_webhook_endpoint(tenant, &id).await?;
            if console.json() {
                return console.json_document(&json!({"success": true, "endpoint_id": id, "removed": true}));
            }
            console.talk(&format!("{id} is removed; nothing more is sent to it"));
            Ok(())
        }
        WebhooksAction::Deliveries { limit } => {
            deliveries(&vault.webhook_deliveries(tenant, limit).await?, console)
        }
        WebhooksAction::Redeliver { id, endpoint } => {
            let due = vault.redeliver_webhook(tenant, &id, endpoint.as_deref()).await?;
            let meant = |one: &WebhookDelivery| endpoint.as_ref().is_none_or(|id| *id == one.endpoint_id);
            let due = due.into_iter().filter(meant).collect();
            attempted(house, tenant, due, console).await
        }
        WebhooksAction::Test { id } => {
            let due = vault.test_webhook(tenant, &id).await?;
            attempted(house, tenant, vec![due], console).await
        }
    }
}

fn list(endpoints: &[WebhookEndpoint], console: &Console) -> Result<(), Failure> {
    if console.json() {
        let endpoints: Vec<Value> = endpoints.iter().map(endpoint_json).collect();
        return console.json_document(&json!({"success": true, "endpoints": endpoints}));
    }
    if endpoints.is_empty() {
        console.talk("there is no webhook yet; `latch webhooks add URL` adds one");
        return Ok(());
    }
    console.data(&endpoint_table(endpoints, Timestamp::now()))
}

fn with_secret(endpoint: &WebhookEndpoint, secret: &SecretString, console: &Console) -> Result<(), Failure> {
    if console.json() {
        let mut endpoint = endpoint_json(endpoint);
        endpoint["signing_secret"] = Value::String(secret.expose_secret().to_owned());
        return console.json_document(&json!({"success": true, "endpoint": endpoint}));
    }
    console.talk("The signing secret is shown once: keep it where your program finds it.");
    if let Some(ends) = endpoint.old_secret_until {
        console.talk(&format!("Deliveries are signed with the old one too until {ends:.0}."));
    }
    console.data(&format!("endpoint_id     {}\nsigning_secret  {}", endpoint.id, secret.expose_secret()))
}

fn changed(endpoint: &WebhookEndpoint, said: &str, console: &Console) -> Result<(), Failure> {
    if console.json() {
        return console.json_document(&json!({"success": true, "endpoint": endpoint_json(endpoint)}));
    }
    console.talk(&format!("{} {said}", endpoint.id));
    Ok(())
}

fn deliveries(deliveries: &[WebhookDelivery], console: &Console) -> Result<(), Failure> {
    if console.json() {
        let deliveries: Vec<Value> = deliveries.iter().map(delivery_json).collect();
        return console.json_document(&json!({"success": true, "deliveries": deliveries}));
    }
    if deliveries.is_empty() {
        console
            .talk("nothing was sent in the last seven days; `latch webhooks test ENDPOINT_ID` sends a test");
        return Ok(());
    }
    console.data(&delivery_table(deliveries, Timestamp::now()))
}

/// Makes the attempts that are due, and tells how they ended.
async fn attempted(
    house: &House,
    tenant: &TenantId,
    due: Vec<WebhookDelivery>,
    console: &Console,
) -> Result<(), Failure> {
    let worker = house.vault.spawn_webhooks();
    let patience = Instant::now() + PATIENCE;
    let mut ended = Vec::with_capacity(due.len());
    for one in due {
        ended.push(attempt_of(house, tenant, one, patience).await?);
    }
    worker.shutdown().await;
    let all_taken = ended.iter().all(|one| one.delivered_at.is_some());
    if console.json() {
        let deliveries: Vec<Value> = ended.iter().map(delivery_json).collect();
        console.json_document(&json!({"success": all_taken, "deliveries": deliveries}))?;
    } else {
        for one in &ended {
            let answer = match (&one.delivered_at, &one.last_error) {
                (Some(_), _) => format!("was taken ({})", one.last_status.unwrap_or_default()),
                (None, Some(problem)) => format!("was not taken: {problem}; a running server tries again"),
                (None, None) => "was not sent yet: earlier events of the account come first".to_owned(),
            };
            console.data(&format!("{} to {} {answer}", one.event_id, one.endpoint_id))?;
        }
    }
    if all_taken { Ok(()) } else { Err(Failure::told(Exit::Failed)) }
}

/// The delivery, once an attempt has ended.
async fn attempt_of(
    house: &House,
    tenant: &TenantId,
    due: WebhookDelivery,
    patience: Instant,
) -> Result<WebhookDelivery, Failure> {
    loop {
        let found = house.vault.webhook_event(tenant, &due.event_id).await?;
        let found = found.into_iter().find(|one| one.endpoint_id == due.endpoint_id).unwrap_or(due.clone());
        let waits_anew = found.next_attempt_at > due.next_attempt_at;
        if found.next_attempt_at.is_none() || waits_anew || Instant::now() > patience {
            return Ok(found);
        }
        sleep(POLL).await;
    }
}
