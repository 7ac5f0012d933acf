//! `latch accounts connect`: consent through Close's own page.
//!
//! Close sends the browser back to the redirect address of the connection's OAuth app. If that is on this
//! machine and nobody listens there, this command does for as long as it takes; otherwise the gateway that
//! runs there takes the answer, and this command watches the account.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use latch_gateway::AccountSelector;
use latch_vault::{Account, AccountStatus, Connection, VaultError};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};
use url::{Host, Url};

use crate::console::Console;
use crate::failure::Failure;
use crate::open::{self, House};
use crate::output::{account_json, identity_text};
use crate::server::Server;
use crate::shutdown::Signals;

/// The path of the web door's callback page.
const CALLBACK: &str = "/oauth/callback";
/// How often the account is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// What to connect.
#[derive(Debug)]
pub(crate) struct Wanted<'c> {
    pub(crate) name: &'c str,
    pub(crate) connection: Option<&'c str>,
    pub(crate) open_browser: bool,
    pub(crate) seconds: u64,
}

pub(crate) async fn run(house: House, wanted: &Wanted<'_>, console: &Console) -> Result<(), Failure> {
    let connection = wanted.connection.unwrap_or(Connection::DEFAULT_NAME);
    let connection = house.vault.connection(house.tenant(), connection).await?;
    let Some(app) = &connection.oauth_app else {
        return Err(no_app(connection.name, &house.option()));
    };
    let origin = origin_of(&app.redirect_uri)?;
    let listener = own_listener(&app.redirect_uri).await?;
    let (folder, caller) = (house.folder.clone(), house.caller.clone());
    house.close().await;

    // Links begin with the address under which browsers reach the pages, so the vault has to know it.
    let house = House { caller, ..open::serving(&folder, origin, None).await? };
    if listener.is_none() {
        console.talk(
            "the redirect address is served by another program, which must be a gateway on this data folder",
        );
    }
    let pages = |listener| {
        let pages = latch_web::router(house.gateway.clone(), latch_web::Branding::default());
        Server::in_clear(listener, &pages.into(), &house.metrics)
    };
    let server = listener.map(pages).transpose()?;
    let mut signals = Signals::listen();
    let outcome = ask(&house, &connection.name, wanted, &mut signals, console).await;
    if let Some(server) = server {
        signals.or_at_once(async { drop(server.shutdown().await) }, console).await;
    }
    let account = outcome?;
    house.close().await;
    if console.json() {
        return console.json_document(&json!({"success": true, "account": account_json(&account)}));
    }
    console.talk(&format!("{} is connected: {}", account.identifier, identity_text(&account.identity)));
    Ok(())
}

fn no_app(connection: String, option: &str) -> Failure {
    let hint = format!(
        "register an app in Close under Settings, Developer, OAuth Apps, then run `latch connections set {connection}{option} --client-id ID --redirect-uri http://127.0.0.1:8420/oauth/callback`"
    );
    Failure::from(VaultError::NoOAuthApp { connection }).with_hint(hint)
}

/// The address under which the pages are reached, given where Close sends the browser back to.
fn origin_of(redirect_uri: &Url) -> Result<Url, Failure> {
    let mut origin = redirect_uri.clone();
    match redirect_uri.path().strip_suffix(CALLBACK) {
        Some(prefix) => {
            origin.set_path(&format!("{prefix}/"));
            origin.set_query(None);
            Ok(origin)
        }
        None => Err(Failure::not_configured(format!(
            "the redirect address {redirect_uri} does not lead to a gateway"
        ))
        .with_hint(format!("it has to end in {CALLBACK}, here and in Close's settings"))),
    }
}

/// Listens where Close will send the browser, if that is on this machine and free.
async fn own_listener(redirect_uri: &Url) -> Result<Option<TcpListener>, Failure> {
    let ip = match redirect_uri.host() {
        Some(Host::Ipv4(ip)) if ip.is_loopback() => ip.into(),
        Some(Host::Ipv6(ip)) if ip.is_loopback() => ip.into(),
        Some(Host::Domain("localhost")) => std::net::Ipv4Addr::LOCALHOST.into(),
        _ => return Ok(None),
    };
    let address = SocketAddr::new(ip, redirect_uri.port_or_known_default().unwrap_or_default());
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(Some(listener)),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Ok(None),
        Err(error) => {
            Err(Failure::local(format!("cannot listen on {address}, where Close sends the browser: {error}")))
        }
    }
}

async fn ask(
    house: &House,
    connection: &str,
    wanted: &Wanted<'_>,
    signals: &mut Signals,
    console: &Console,
) -> Result<Account, Failure> {
    let caller = house.caller.clone();
    let (before, _) = house.gateway.get_or_create_account(&caller, Some(connection), wanted.name).await?;
    let selector = AccountSelector::Id(before.id.to_string());
    let link = house.gateway.authorization_link(&caller, &selector).await?;
    console.talk("Open this link and agree; it works once:");
    console.talk(&format!("\n  {}\n", link.url));
    if wanted.open_browser {
        open_browser(&link.url);
    }
    let deadline = Instant::now() + Duration::from_secs(wanted.seconds);
    loop {
        tokio::select! {
            () = sleep(LOOK_EVERY) => {}
            () = signals.next() => {
                return Err(Failure::not_configured("interrupted before anybody agreed; the account is unchanged"));
            }
        }
        let now = house.gateway.account(&caller, &selector).await?;
        if now.status == AccountStatus::Active && now.updated_at > before.updated_at {
            return Ok(std::sync::Arc::unwrap_or_clone(now));
        }
        if Instant::now() >= deadline {
            let message =
                format!("nobody agreed within {} seconds; the account is {}", wanted.seconds, now.status);
            return Err(Failure::not_configured(message).with_hint("run the command again for a new link"));
        }
    }
}

/// Opens the system's browser. If there is none, the link has been printed.
fn open_browser(url: &Url) {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let _ = tokio::process::Command::new(program)
        .arg(url.as_str())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_reached_where_the_callback_is() {
        let origin = |text: &str| origin_of(&Url::parse(text).unwrap()).map(|url| url.to_string()).ok();
        assert_eq!(origin("http://127.0.0.1:8420/oauth/callback").as_deref(), Some("http://127.0.0.1:8420/"));
        assert_eq!(
            origin("https://x.example/latch/oauth/callback?a=1").as_deref(),
            Some("https://x.example/latch/")
        );
        assert_eq!(origin("https://x.example/callback"), None);
    }
}
