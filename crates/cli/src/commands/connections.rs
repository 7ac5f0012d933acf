//! `latch connections`: where Close is, and as which OAuth app.

use latch_vault::{Connection, ConnectionSettings, Endpoints, OAuthApp};
use serde_json::{Value, json};
use url::Url;

use crate::arguments::{ConnectionsAction, GlobalOptions, SetConnection};
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
        ConnectionsAction::Set(wanted) => set(&house, *wanted, console).await,
    }
}

async fn list(house: &House, console: &Console) -> Result<(), Failure> {
    let connections = house.vault.connections(&open::tenant()).await?;
    if console.json() {
        let connections: Vec<Value> = connections.iter().map(connection_json).collect();
        return console.json_document(&json!({"success": true, "connections": connections}));
    }
    let rows = connections
        .into_iter()
        .map(|connection| {
            let (app, redirect) = match connection.oauth_app {
                Some(app) => (app.client_id, app.redirect_uri.to_string()),
                None => ("-".to_owned(), "-".to_owned()),
            };
            [connection.name, connection.endpoints.api.to_string(), app, redirect]
        })
        .collect();
    console.data(&table(["NAME", "CLOSE", "OAUTH APP", "REDIRECT"], rows))
}

/// A connection, without its secret.
fn connection_json(connection: &Connection) -> Value {
    json!({
        "name": connection.name,
        "api_url": connection.endpoints.api.as_str(),
        "authorize_url": connection.endpoints.authorize.as_str(),
        "oauth_app": connection.oauth_app.as_ref().map(|app| {
            json!({"client_id": app.client_id, "redirect_uri": app.redirect_uri.as_str()})
        }),
    })
}

async fn set(house: &House, wanted: SetConnection, console: &Console) -> Result<(), Failure> {
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
        ..ConnectionSettings::default()
    };
    let connection = house.vault.set_connection(&open::tenant(), &wanted.name, settings).await?;
    if console.json() {
        return console.json_document(&json!({"success": true, "connection": connection_json(&connection)}));
    }
    console.talk(&format!("connection {:?} leads to {}", connection.name, connection.endpoints.api));
    if let Some(app) = connection.oauth_app {
        console.talk(&format!("accounts are connected with OAuth app {}", app.client_id));
        console.talk(&format!(
            "Close must know this redirect address, character for character: {}",
            app.redirect_uri
        ));
    }
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
