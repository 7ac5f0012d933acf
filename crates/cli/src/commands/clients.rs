//! `latch clients`: the programs that may use the gateway.

use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::arguments::{ClientsAction, GlobalOptions};
use crate::console::Console;
use crate::failure::Failure;
use crate::open::{self, House};
use crate::output::{ago, table};

pub(crate) async fn run(
    global: &GlobalOptions,
    action: Option<ClientsAction>,
    console: &Console,
) -> Result<(), Failure> {
    let house = open::house(global).await?;
    match action.unwrap_or(ClientsAction::List) {
        ClientsAction::List => list(&house, console).await,
        ClientsAction::Create { name } => create(&house, &name, console).await,
        ClientsAction::Delete { client_id } => {
            house.vault.remove_client(&open::tenant(), &client_id).await?;
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
    let clients = house.vault.clients(&open::tenant()).await?;
    if console.json() {
        let clients: Vec<Value> = clients
            .iter()
            .map(|client| {
                json!({"client_id": client.client_id, "name": client.name, "created_at": client.created_at.to_string()})
            })
            .collect();
        return console.json_document(&json!({"success": true, "clients": clients}));
    }
    if clients.is_empty() {
        console.talk("there is no API client yet; `latch clients create NAME` makes one");
        return Ok(());
    }
    let now = Timestamp::now();
    let rows = clients
        .into_iter()
        .map(|client| [client.client_id, client.name, ago(client.created_at, now)])
        .collect();
    console.data(&table(["CLIENT ID", "NAME", "CREATED"], rows))
}

async fn create(house: &House, name: &str, console: &Console) -> Result<(), Failure> {
    let (client, secret) = house.vault.create_client(&open::tenant(), name).await?;
    if console.json() {
        return console.json_document(&json!({
            "success": true,
            "name": client.name,
            "client_id": client.client_id,
            "client_secret": secret.expose_secret(),
        }));
    }
    console.talk("The secret is shown once and stored only as a hash: keep it where your program finds it.");
    console.data(&format!("client_id      {}\nclient_secret  {}", client.client_id, secret.expose_secret()))
}
