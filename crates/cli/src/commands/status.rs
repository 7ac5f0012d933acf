//! `latch status`: what there is, at a glance.

use jiff::Timestamp;
use latch_vault::AccountStatus;
use serde_json::{Map, Value, json};

use crate::arguments::GlobalOptions;
use crate::commands::accounts;
use crate::console::Console;
use crate::failure::Failure;
use crate::open;
use crate::output::{call_json, call_table};

const CALLS_SHOWN: u32 = 5;

pub(crate) async fn run(global: &GlobalOptions, console: &Console) -> Result<(), Failure> {
    let house = open::house(global).await?;
    let accounts = accounts::all(&house).await?;
    let calls = house.gateway.calls(&house.caller, CALLS_SHOWN).await?;
    let connections = house.vault.connections(house.tenant()).await?;
    let clients = house.vault.clients(house.tenant()).await?.len();
    let folder = house.folder.display().to_string();
    let tenant = house.tenant().to_string();
    let environment = open::environment_account(house.tenant())?.is_some();
    house.close().await;
    let count = |status: AccountStatus| accounts.iter().filter(|account| account.status == status).count();
    let counts: Vec<(AccountStatus, usize)> = AccountStatus::ALL
        .into_iter()
        .map(|status| (status, count(status)))
        .filter(|(_, count)| *count > 0)
        .collect();
    if console.json() {
        let counts: Map<String, Value> =
            counts.iter().map(|(status, count)| (status.as_str().to_owned(), json!(count))).collect();
        return console.json_document(&json!({
            "success": true,
            "version": env!("CARGO_PKG_VERSION"),
            "data_folder": folder,
            "environment": tenant,
            "tools": latch_catalog::catalog().tools().count(),
            "connections": connections.iter().map(|connection| &connection.name).collect::<Vec<_>>(),
            "accounts": accounts.len(),
            "accounts_by_status": counts,
            "environment_account": environment,
            "clients": clients,
            "last_calls": calls.iter().map(call_json).collect::<Vec<_>>(),
        }));
    }
    let mut lines = vec![format!("data folder  {folder}\nenvironment  {tenant}")];
    for connection in &connections {
        let app = if connection.oauth_app.is_some() { "with an OAuth app" } else { "without an OAuth app" };
        let state = if connection.enabled { "" } else { ", turned off" };
        lines.push(format!("connection   {} at {}, {app}{state}", connection.name, connection.endpoints.api));
    }
    let summary: Vec<String> =
        counts.iter().map(|(status, count)| format!("{count} {}", status.as_str())).collect();
    lines.push(format!(
        "accounts     {}",
        if summary.is_empty() { "none".to_owned() } else { summary.join(", ") }
    ));
    if environment {
        lines.push("             and the one of CLOSE_API_KEY, which is the default".to_owned());
    }
    lines.push(format!("API clients  {clients}"));
    if calls.is_empty() {
        lines.push("calls        none yet".to_owned());
    } else {
        lines.push(format!("\nlast calls\n{}", call_table(&calls, Timestamp::now())));
    }
    console.data(&lines.join("\n"))
}
