//! `latch clients`: the programs that may use the gateway.

use std::time::Duration;

use jiff::Timestamp;
use latch_vault::{ClientRecord, ClientSecret, VaultError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::arguments::{ClientsAction, GlobalOptions};
use crate::commands::environments;
use crate::console::Console;
use crate::failure::Failure;
use crate::open::{self, House};
use crate::output::{ago, table};

pub(crate) async fn run(
    global: &GlobalOptions,
    action: Option<ClientsAction>,
    console: &Console,
) -> Result<(), Failure> {
    let action = action.unwrap_or(ClientsAction::List);
    // A new client's environment need not be there yet.
    let house = match action {
        ClientsAction::Create { .. } => open::any_house(global).await?,
        _ => open::house(global).await?,
    };
    match action {
        ClientsAction::List => list(&house, console).await,
        ClientsAction::Create { name } => create(&house, &name, console).await,
        ClientsAction::Rotate { client_id, overlap } => rotate(&house, &client_id, overlap, console).await,
        ClientsAction::Delete { client_id } => {
            house.vault.remove_client(house.tenant(), &client_id).await?;
            if console.json() {
                return console
                    .json_document(&json!({"success": true, "client_id": client_id, "deleted": true}));
            }
            console
                .talk(&format!("{client_id} is deleted; programs that use it are turned away from now on"));
            Ok(())
        }
    }
}

async fn list(house: &House, console: &Console) -> Result<(), Failure> {
    let mut clients = Vec::new();
    for client in house.vault.clients(house.tenant()).await? {
        let secrets = house.vault.client_secrets(house.tenant(), &client.client_id).await?;
        clients.push((client, secrets));
    }
    if console.json() {
        let clients: Vec<Value> = clients
            .iter()
            .map(|(client, secrets)| {
                json!({
                    "client_id": client.client_id,
                    "name": client.name,
                    "created_at": client.created_at.to_string(),
                    "secrets": secrets.iter().map(secret_json).collect::<Vec<_>>(),
                })
            })
            .collect();
        return console.json_document(&json!({"success": true, "clients": clients}));
    }
    if clients.is_empty() {
        let option = house.option();
        console.talk(&format!("there is no API client yet; `latch clients create NAME{option}` makes one"));
        return Ok(());
    }
    let now = Timestamp::now();
    let rows = clients
        .into_iter()
        .map(|(client, secrets)| {
            [client.client_id, client.name, ago(client.created_at, now), secrets_text(&secrets)]
        })
        .collect();
    console.data(&table(["CLIENT ID", "NAME", "CREATED", "SECRETS"], rows))
}

/// A secret of a client, without the secret.
fn secret_json(secret: &ClientSecret) -> Value {
    json!({
        "id": secret.id,
        "created_at": secret.created_at.to_string(),
        "expires_at": secret.expires_at.map(|ends| ends.to_string()),
    })
}

/// How many secrets a client has, and until when the old ones work.
fn secrets_text(secrets: &[ClientSecret]) -> String {
    match last_end(secrets) {
        Some(ends) => format!("{}, old until {ends:.0}", secrets.len()),
        None => secrets.len().to_string(),
    }
}

/// When the last of the replaced secrets ends.
fn last_end(secrets: &[ClientSecret]) -> Option<Timestamp> {
    secrets.iter().filter_map(|secret| secret.expires_at).max()
}

async fn create(house: &House, name: &str, console: &Console) -> Result<(), Failure> {
    let tenant = house.tenant();
    let mut environment_created = false;
    let (client, secret) = match house.vault.create_client(tenant, name).await {
        // Made only now, so that a name that is refused leaves nothing behind.
        Err(VaultError::NotFound { .. }) => {
            house.vault.create_tenant(tenant).await?;
            environment_created = true;
            house.vault.create_client(tenant, name).await?
        }
        other => other?,
    };
    if console.json() {
        return console.json_document(&json!({
            "success": true,
            "name": client.name,
            "client_id": client.client_id,
            "client_secret": secret.expose_secret(),
            "environment": tenant.as_str(),
            "environment_created": environment_created,
        }));
    }
    if environment_created {
        console.talk(&environments::created_text(house, tenant).await?);
    }
    show_secret(&client, &secret, console)
}

async fn rotate(house: &House, client_id: &str, overlap: Duration, console: &Console) -> Result<(), Failure> {
    let (client, secret) = house.vault.rotate_client_secret(house.tenant(), client_id, overlap).await?;
    let secrets = house.vault.client_secrets(house.tenant(), client_id).await?;
    let ends = last_end(&secrets);
    if console.json() {
        return console.json_document(&json!({
            "success": true,
            "name": client.name,
            "client_id": client.client_id,
            "client_secret": secret.expose_secret(),
            "old_secrets_until": ends.map(|ends| ends.to_string()),
        }));
    }
    show_secret(&client, &secret, console)?;
    match ends {
        Some(ends) => console.talk(&format!("What it had before works until {ends:.0}.")),
        None => console.talk(
            "What it had before works no more; a running gateway turns its access tokens away within seconds.",
        ),
    }
    Ok(())
}

fn show_secret(client: &ClientRecord, secret: &SecretString, console: &Console) -> Result<(), Failure> {
    console.talk("The secret is shown once and stored only as a hash: keep it where your program finds it.");
    console.data(&format!("client_id      {}\nclient_secret  {}", client.client_id, secret.expose_secret()))
}
