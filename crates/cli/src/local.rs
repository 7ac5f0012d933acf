//! Everything running on this machine: a twin, or the real Close, and the gateway in front of it.
//!
//! `up` and `demo` both stand on it, so that what the demo shows is what `up` serves.

use std::path::{Path, PathBuf};

use latch_listener::{Port, Tls};
use latch_twin::{OAuthAppInfo, Twin, TwinError, TwinOptions};
use latch_vault::{
    AccountFilter, Connection, ConnectionSettings, Endpoints, OAuthApp, Page, TenantId, WorkerHandle,
};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::net::TcpListener;
use url::Url;

use crate::arguments::TwinData;
use crate::failure::Failure;
use crate::open::{self, House};
use crate::server::{Server, address_of, cannot_listen, doors, limits, listen, loopback};
use crate::tls::{self, TlsDoor};

/// What to start.
#[derive(Debug)]
pub(crate) struct LocalOptions {
    /// Port of the gateway with TLS; 0 takes a free one, and without it there is none.
    pub(crate) tls_port: Option<u16>,
    /// Port of the gateway in clear; 0 takes a free one.
    pub(crate) cleartext_port: u16,
    /// Port of the twin; 0 takes a free one.
    pub(crate) twin_port: u16,
    /// What the twin's data is made from.
    pub(crate) data: TwinData,
    /// The data folder; a temporary one without it.
    pub(crate) folder: Option<PathBuf>,
    /// The real Close, whatever the connection says.
    pub(crate) real_close: bool,
    /// Name of the API client to make; others of that name are of earlier runs, and are removed.
    pub(crate) client_name: &'static str,
    /// Name of the OAuth app to register at the twin.
    pub(crate) app_name: &'static str,
}

/// What was started.
#[derive(Debug)]
pub(crate) struct Local {
    /// The gateway's parts.
    pub(crate) house: House,
    /// The local Close, and the app registered there; none in front of the real one.
    pub(crate) twin: Option<(Twin, OAuthAppInfo)>,
    /// An API client for whoever uses the gateway.
    pub(crate) client_id: String,
    /// Its secret.
    pub(crate) client_secret: SecretString,
    /// Whether the data folder is removed at the end.
    pub(crate) temporary: bool,
    /// Where the gateway answers in clear, on this machine alone.
    pub(crate) cleartext_url: String,
    /// Where it answers with TLS.
    pub(crate) tls: Option<TlsDoor>,
    server: Server,
    refresher: WorkerHandle,
    /// Removed when dropped.
    _folder: Option<TempDir>,
}

impl Local {
    /// Starts everything.
    pub(crate) async fn start(options: LocalOptions) -> Result<Self, Failure> {
        let temporary = if options.folder.is_none() { Some(temporary_folder()?) } else { None };
        let within = temporary.as_ref().map(|temporary| temporary.path().join("data"));
        let folder = options.folder.clone().or(within).unwrap_or_default();
        let secure = match options.tls_port {
            Some(port) => tls::listen_locally(port).await?,
            None => Vec::new(),
        };
        let clear = listen(loopback(options.cleartext_port), "--cleartext-port").await?;
        // Links are opened in browsers, which do not trust the private authority.
        let origin = origin_of(&clear)?;
        let house = open::serving(&folder, origin.clone(), tls::local_url(&secure)?).await?;
        if options.real_close {
            require_real(&house).await?;
        }
        let real_close = options.real_close || is_used_for_real(&house, house.tenant()).await?;
        let twin = if real_close { None } else { Some(start_twin(&options, &house, &origin).await?) };
        forget_clients(&house, options.client_name).await?;
        let (client, client_secret) = house.vault.create_client(house.tenant(), options.client_name).await?;
        let refresher = house.vault.spawn_refresher();
        house.vault.spawn_webhooks().until_closed();
        let cleartext_url = origin.as_str().trim_end_matches('/').to_owned();
        let (mut ports, tls) = tls::local_ports(secure, &folder)?;
        ports.push(Port::new(clear, Tls::None));
        let doors = doors(&house, latch_web::Branding::default());
        let server = Server::start(ports, &doors, limits(), &house.metrics)?;
        Ok(Self {
            house,
            twin,
            client_id: client.client_id,
            client_secret,
            temporary: temporary.is_some(),
            cleartext_url,
            tls,
            server,
            refresher,
            _folder: temporary,
        })
    }

    /// Where the gateway answers: with TLS, if it does that at all.
    pub(crate) fn gateway_url(&self) -> String {
        self.tls.as_ref().map_or(&self.cleartext_url, |tls| &tls.url).clone()
    }

    /// The data folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.house.folder
    }

    /// Stores the key of the twin's first user as the account `default`, so that there is one to call with.
    pub(crate) async fn connect_first_user(&self) -> Result<(), Failure> {
        let Some((twin, _)) = &self.twin else { return Ok(()) };
        let Some(first) = twin.api_keys().into_iter().next() else { return Ok(()) };
        let key = SecretString::from(first.key);
        self.house.gateway.add_api_key(&self.house.caller, None, "default", key, true).await?;
        Ok(())
    }

    /// Lets calls in flight end, then stops everything.
    pub(crate) async fn shutdown(self) {
        let _workers = self.server.shutdown().await;
        if let Err(error) = self.house.vault.remove_client(self.house.tenant(), &self.client_id).await {
            // It is removed at the next start.
            tracing::warn!(%error, "the API client of this run is left behind");
        }
        self.refresher.shutdown().await;
        self.house.close().await;
        if let Some((twin, _)) = self.twin {
            twin.shutdown().await;
        }
    }
}

/// Removes the API clients of earlier runs, which did not come to do it themselves.
async fn forget_clients(house: &House, name: &str) -> Result<(), Failure> {
    for client in house.vault.clients(house.tenant()).await? {
        if client.name == name {
            house.vault.remove_client(house.tenant(), &client.client_id).await?;
        }
    }
    Ok(())
}

fn temporary_folder() -> Result<TempDir, Failure> {
    tempfile::Builder::new()
        .prefix("latch-")
        .tempdir()
        .map_err(|error| Failure::local(format!("no temporary folder can be made: {error}")))
}

fn origin_of(listener: &TcpListener) -> Result<Url, Failure> {
    let address = address_of(listener)?;
    Url::parse(&format!("http://{address}/"))
        .map_err(|error| Failure::local(format!("the address {address} cannot be written as a URL: {error}")))
}

/// The connection `close` of an environment, unless somebody deleted it.
async fn close_of(house: &House, tenant: &TenantId) -> Result<Option<Connection>, Failure> {
    let connections = house.vault.connections(tenant).await?;
    Ok(connections.into_iter().find(|connection| connection.name == Connection::DEFAULT_NAME))
}

/// Whether the connection holds anything that belongs to the real Close: an app or accounts. Such a
/// connection is never pointed at a twin, because its credentials would follow.
async fn is_used_for_real(house: &House, tenant: &TenantId) -> Result<bool, Failure> {
    let Some(connection) = close_of(house, tenant).await? else { return Ok(false) };
    if open::is_local(&connection) {
        return Ok(false);
    }
    let filter = AccountFilter { connections: vec![connection.name.clone()], ..AccountFilter::default() };
    let accounts = house.vault.accounts(tenant, &filter, &Page { limit: 1, ..Page::default() }).await?;
    Ok(connection.oauth_app.is_some() || accounts.total > 0)
}

/// Refuses a connection that leads to a twin of some earlier day where the real Close was asked for.
async fn require_real(house: &House) -> Result<(), Failure> {
    let connection = house.vault.connection(house.tenant(), Connection::DEFAULT_NAME).await?;
    if !open::is_local(&connection) {
        return Ok(());
    }
    let message = format!(
        "connection {:?} leads to {}, not to the real Close",
        connection.name, connection.endpoints.api
    );
    let hint =
        format!("run `latch connections set {} --close-url https://api.close.com` first", connection.name);
    Err(Failure::not_configured(message).with_hint(hint))
}

/// Starts a twin, registers an app there, and points the connection at it.
async fn start_twin(
    options: &LocalOptions,
    house: &House,
    gateway: &Url,
) -> Result<(Twin, OAuthAppInfo), Failure> {
    let twin = TwinOptions {
        seed: options.data.seed,
        leads: options.data.leads,
        listen: loopback(options.twin_port),
        control: Some(loopback(0)),
        ..TwinOptions::default()
    };
    let twin = self::twin(twin, "--twin-port").await?;
    let redirect_uri = gateway
        .join("oauth/callback")
        .map_err(|error| Failure::local(format!("the gateway's address cannot be extended: {error}")))?;
    let app = twin.register_oauth_app(options.app_name, redirect_uri.as_str());
    let origin = Url::parse(&twin.url())
        .map_err(|error| Failure::local(format!("the twin's address is not a URL: {error}")))?;
    let settings = ConnectionSettings {
        endpoints: Some(Endpoints::at(&origin)),
        oauth_app: Some(OAuthApp {
            client_id: app.client_id.clone(),
            client_secret: SecretString::from(app.client_secret.clone()),
            redirect_uri,
        }),
        ..ConnectionSettings::default()
    };
    for tenant in environments_with_same_close(house).await? {
        house.vault.set_connection(&tenant, Connection::DEFAULT_NAME, settings.clone()).await?;
    }
    Ok((twin, app))
}

/// The environment `default`, and those that lead where it leads: to the twin of an earlier run, or to a real
/// Close that nobody uses yet. A twin that starts anew has another address, and all of them follow it.
async fn environments_with_same_close(house: &House) -> Result<Vec<TenantId>, Failure> {
    let mut following = vec![house.tenant().clone()];
    let Some(model) = close_of(house, house.tenant()).await? else { return Ok(following) };
    for tenant in house.vault.tenants().await? {
        let close = close_of(house, &tenant).await?;
        let same = close.is_some_and(|close| close.id != model.id && close.endpoints == model.endpoints);
        if same && !is_used_for_real(house, &tenant).await? {
            following.push(tenant);
        }
    }
    Ok(following)
}

/// Starts a twin; `option` is the one to name if its address cannot be had.
pub(crate) async fn twin(options: TwinOptions, option: &str) -> Result<Twin, Failure> {
    let control = options.control;
    Twin::start(options).await.map_err(|error| match error {
        TwinError::Listen { address, source } if control == Some(address) => {
            cannot_listen(address, "--control-port", &source)
        }
        TwinError::Listen { address, source } => cannot_listen(address, option, &source),
        other @ (TwinError::Data { .. } | TwinError::Options(_)) => {
            Failure::local(format!("the twin cannot start: {other}"))
        }
    })
}
