//! `latch environments`: which there are, and what is in each.

use latch_vault::{AccountFilter, Connection, Page, TenantId};
use serde_json::{Value, json};

use crate::arguments::{EnvironmentsAction, GlobalOptions};
use crate::console::Console;
use crate::failure::Failure;
use crate::open::{self, House};
use crate::output::table;

pub(crate) async fn run(
    global: &GlobalOptions,
    action: Option<EnvironmentsAction>,
    console: &Console,
) -> Result<(), Failure> {
    let house = open::any_house(global).await?;
    let outcome = match action.unwrap_or(EnvironmentsAction::List) {
        EnvironmentsAction::List => list(&house, console).await,
        EnvironmentsAction::Create { name } => create(&house, &name, console).await,
    };
    house.close().await;
    outcome
}

/// How much an environment has.
struct Counts {
    tenant: TenantId,
    clients: usize,
    connections: usize,
    accounts: u64,
}

async fn list(house: &House, console: &Console) -> Result<(), Failure> {
    let mut environments = Vec::new();
    for tenant in house.vault.tenants().await? {
        let page = Page { limit: 1, ..Page::default() };
        environments.push(Counts {
            clients: house.vault.clients(&tenant).await?.len(),
            connections: house.vault.connections(&tenant).await?.len(),
            accounts: house.vault.accounts(&tenant, &AccountFilter::default(), &page).await?.total,
            tenant,
        });
    }
    if console.json() {
        let environments: Vec<Value> = environments
            .iter()
            .map(|counts| {
                json!({
                    "name": counts.tenant.as_str(),
                    "clients": counts.clients,
                    "connections": counts.connections,
                    "accounts": counts.accounts,
                })
            })
            .collect();
        return console.json_document(&json!({"success": true, "environments": environments}));
    }
    let rows = environments
        .into_iter()
        .map(|counts| {
            let Counts { tenant, clients, connections, accounts } = counts;
            [tenant.to_string(), clients.to_string(), connections.to_string(), accounts.to_string()]
        })
        .collect();
    console.data(&table(["NAME", "CLIENTS", "CONNECTIONS", "ACCOUNTS"], rows))
}

async fn create(house: &House, name: &TenantId, console: &Console) -> Result<(), Failure> {
    let created = !house.vault.tenants().await?.contains(name);
    house.vault.create_tenant(name).await?;
    if console.json() {
        return console
            .json_document(&json!({"success": true, "environment": name.as_str(), "created": created}));
    }
    if !created {
        console.talk(&format!("there is an environment {:?} already; nothing was changed", name.as_str()));
        return Ok(());
    }
    console.talk(&created_text(house, name).await?);
    console.talk(&format!("`latch clients create NAME --environment {name}` makes an API client there"));
    Ok(())
}

/// What to say about an environment that was made just now.
pub(super) async fn created_text(house: &House, name: &TenantId) -> Result<String, Failure> {
    let connection = house.vault.connection(name, Connection::DEFAULT_NAME).await?;
    Ok(format!(
        "environment {:?} is made; its connection {:?} leads to {}",
        name.as_str(),
        connection.name,
        connection.endpoints.api
    ))
}
