//! `latch connections`: where Close is, and as which OAuth app.

use latch_vault::{Connection, ConnectionKind, ConnectionSettings, Endpoints, OAuthApp};
use serde_json::{Value, json};
use url::Url;

use crate::arguments::{ConnectionKindWord, ConnectionsAction, GlobalOptions, SetConnection};
use crate::console::Console;
use crate::failure::Failure;
use crate::input;
use crate::open::{self, House};
use crate::output::table;

pub(crate) async fn run(
    global: &GlobalOptions,
    action: Option<ConnectionsAction>,
    console: &Console,
) -> Result<(), Failure> {
    let house = open::house(global).await?;
    match action.unwrap_or(ConnectionsAction::List) {
        ConnectionsAction::List => list(&house, console).await,
        ConnectionsAction::Show { name } => {
            let connection = house.vault.connection(house.tenant(), &name).await?;
            show(&connection, console)
        }
        ConnectionsAction::Set(wanted) => set(&house, *wanted, console).await,
        ConnectionsAction::Delete { name } => delete(&house, &name, console).await,
    }
}

async fn list(house: &House, console: &Console) -> Result<(), Failure> {
    let connections = house.vault.connections(house.tenant()).await?;
    if console.json() {
        let connections: Vec<Value> = connections.iter().map(connection_json).collect();
        return console.json_document(&json!({"success": true, "connections": connections}));
    }
    if connections.is_empty() {
        let option = house.option();
        console.talk(&format!(
            "there is no connection; `latch connections set close{option} --close-url https://api.close.com` makes one"
        ));
        return Ok(());
    }
    let rows = connections
        .into_iter()
        .map(|connection| {
            let (app, redirect) = match connection.oauth_app {
                Some(app) => (app.client_id, app.redirect_uri.to_string()),
                None => ("-".to_owned(), "-".to_owned()),
            };
            let state = state_text(connection.enabled).to_owned();
            let kind = connection.kind.as_str().to_owned();
            [connection.name, state, connection.endpoints.api.to_string(), kind, app, redirect]
        })
        .collect();
    console.data(&table(["NAME", "STATE", "CLOSE", "KIND", "OAUTH APP", "REDIRECT"], rows))
}

fn state_text(enabled: bool) -> &'static str {
    if enabled { "on" } else { "off" }
}

fn show(connection: &Connection, console: &Console) -> Result<(), Failure> {
    if console.json() {
        return console.json_document(&json!({"success": true, "connection": connection_json(connection)}));
    }
    let mut lines = vec![
        format!("name       {}", connection.name),
        format!("id         {}", connection.id),
        format!("state      {}", state_text(connection.enabled)),
        format!("Close      {}", connection.endpoints.api),
        format!("consent    {}", connection.endpoints.authorize),
        format!("kind       {}", connection.kind.as_str()),
    ];
    match &connection.oauth_app {
        Some(app) => {
            lines.push(format!("OAuth app  {}\nredirect   {}", app.client_id, app.redirect_uri));
        }
        None => lines.push("OAuth app  none, API keys only".to_owned()),
    }
    console.data(&lines.join("\n"))
}

/// A connection, without its secret.
fn connection_json(connection: &Connection) -> Value {
    json!({
        "name": connection.name,
        "id": connection.id.as_str(),
        "kind": connection.kind.as_str(),
        "enabled": connection.enabled,
        "api_url": connection.endpoints.api.as_str(),
        "authorize_url": connection.endpoints.authorize.as_str(),
        "oauth_app": connection.oauth_app.as_ref().map(|app| {
            json!({"client_id": app.client_id, "redirect_uri": app.redirect_uri.as_str()})
        }),
    })
}

async fn set(house: &House, wanted: SetConnection, console: &Console) -> Result<(), Failure> {
    let enabled = wanted.enabled();
    let oauth_app = match (wanted.client_id, wanted.redirect_uri) {
        (Some(client_id), Some(redirect_uri)) => {
            let client_secret = if wanted.client_secret_stdin {
                input::piped_secret("client secret")?
            } else {
                input::secret("client secret")?
            };
            Some(OAuthApp { client_id, client_secret, redirect_uri })
        }
        _ => None,
    };
    let settings = ConnectionSettings {
        endpoints: wanted.close_url.as_ref().map(endpoints),
        oauth_app,
        kind: wanted.kind.map(ConnectionKindWord::kind),
        enabled,
    };
    let connection = house.vault.set_connection(house.tenant(), &wanted.name, settings).await?;
    if console.json() {
        return console.json_document(&json!({"success": true, "connection": connection_json(&connection)}));
    }
    console.talk(&format!("connection {:?} leads to {}", connection.name, connection.endpoints.api));
    if !connection.enabled {
        let option = house.option();
        console.talk(&format!(
            "it is turned off: its accounts cannot be used until `latch connections set {}{option} --enable`",
            connection.name
        ));
    } else if enabled == Some(true) {
        console.talk("it is turned on");
    }
    if connection.kind == ConnectionKind::ApiKey {
        console.talk("people who open a link connect by giving an API key");
    } else if let Some(app) = connection.oauth_app {
        console.talk(&format!("accounts are connected with OAuth app {}", app.client_id));
        console.talk(&format!(
            "Close must know this redirect address, character for character: {}",
            app.redirect_uri
        ));
    }
    Ok(())
}

async fn delete(house: &House, name: &str, console: &Console) -> Result<(), Failure> {
    let connection = house.vault.connection(house.tenant(), name).await?;
    house.vault.delete_connection(house.tenant(), &connection.id).await?;
    if console.json() {
        return console.json_document(&json!({"success": true, "connection": name, "deleted": true}));
    }
    console.talk(&format!("connection {name:?} is deleted"));
    Ok(())
}

/// The addresses behind an origin. The real Close has its consent page on another host than its API
/// (documented), so it is known by either.
fn endpoints(origin: &Url) -> Endpoints {
    match origin.host_str() {
        Some("api.close.com" | "app.close.com") => Endpoints::close(),
        _ => Endpoints::at(origin),
    }
}
