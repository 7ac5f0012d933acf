//! `latch serve`: the gateway alone.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use latch_listener::{Limits, Port, Tls};
use latch_web::{Branding, Logo};
use serde_json::json;
use url::Url;

use crate::arguments::{GlobalOptions, ServeArguments};
use crate::console::Console;
use crate::failure::Failure;
use crate::folder::data_folder;
use crate::metrics::MetricsServer;
use crate::open::{self, House};
use crate::server::{Server, address_of, doors, limits, listen};
use crate::shutdown::Signals;
use crate::tls;

pub(crate) async fn run(
    global: GlobalOptions,
    serve: &ServeArguments,
    console: &Console,
) -> Result<(), Failure> {
    refuse_clear_text_for_others(serve)?;
    refuse_names_without_certificate(serve)?;
    let branding = branding(serve)?;
    let mut signals = Signals::listen();
    let folder = data_folder(global.data_folder)?;
    let given = match (&serve.tls_certificate, &serve.tls_key) {
        (Some(certificate), Some(key)) => Some(tls::from_files(certificate, key)?),
        _ => None,
    };
    let listener = listen(serve.listen, "--listen").await?;
    let gateway_url = url(serve, address_of(&listener)?);
    let public_url = match &serve.public_url {
        Some(url) => with_slash(url),
        None => Url::parse(&format!("{gateway_url}/")).map_err(|error| {
            Failure::unusable(format!("{} cannot be written as a URL: {error}", serve.listen))
        })?,
    };
    let metrics_listener = match serve.metrics_listen {
        Some(address) => Some(listen(address, "--metrics-listen").await?),
        None => None,
    };
    let house = open::serving(&folder, public_url, None).await?;
    let (tls, ca_file) = secured(serve, given, &folder)?;
    let refresher = house.vault.spawn_refresher();
    house.vault.spawn_webhooks().until_closed();
    let limits =
        Limits { max_requests: serve.max_requests, max_connections: serve.max_connections, ..limits() };
    let server =
        Server::start(vec![Port::new(listener, tls)], &doors(&house, branding), limits, &house.metrics)?;
    let metrics = metrics_listener.map(|listener| MetricsServer::start(listener, &house)).transpose()?;
    let metrics_url = metrics.as_ref().map(MetricsServer::url);
    let ca_file = ca_file.map(|path| path.display().to_string());
    if console.json() {
        let line = json!({
            "gateway_url": gateway_url,
            "ca_file": ca_file,
            "metrics_url": metrics_url,
            "data_folder": folder.display().to_string(),
        });
        console.data(&line.to_string())?;
    } else {
        let mut lines = format!("gateway      {gateway_url}\ndata folder  {}", folder.display());
        if let Some(ca_file) = ca_file {
            lines.push_str("\nCA           ");
            lines.push_str(&ca_file);
        }
        if let Some(metrics_url) = metrics_url {
            lines.push_str("\nmetrics      ");
            lines.push_str(metrics_url);
        }
        console.data(&lines)?;
        if !has_clients(&house).await? {
            console.talk("no program may use it yet: `latch clients create NAME` makes an API client");
        }
        console.talk("Ctrl-C stops it.");
    }
    signals.next().await;
    console.talk("stopping; calls in flight are finished first; once more stops at once");
    let stopping = async {
        let _workers = server.shutdown().await;
        if let Some(metrics) = metrics {
            metrics.shutdown().await;
        }
        refresher.shutdown().await;
        house.close().await;
    };
    signals.or_at_once(stopping, console).await;
    Ok(())
}

/// Whether any program may use the gateway, in whatever environment.
async fn has_clients(house: &House) -> Result<bool, Failure> {
    for tenant in house.vault.tenants().await? {
        if !house.vault.clients(&tenant).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Credentials in clear on a network are a choice that nobody makes by accident.
fn refuse_clear_text_for_others(serve: &ServeArguments) -> Result<(), Failure> {
    let secured = serve.tls_private_ca || serve.tls_certificate.is_some();
    if secured || serve.cleartext || serve.listen.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    let message = format!("{} is reached by other machines, and secrets would travel in clear", serve.listen);
    Err(Failure::unusable(message).with_hint(
        "give --tls-certificate and --tls-key; or --cleartext, if a proxy in front of Latch does TLS; or listen on 127.0.0.1",
    ))
}

/// The private authority vouches for this machine's names for itself, so a port that is reached by another only
/// is of no use with it. All addresses together include the right one.
fn refuse_names_without_certificate(serve: &ServeArguments) -> Result<(), Failure> {
    let ip = serve.listen.ip().to_canonical();
    if !serve.tls_private_ca || ip.is_loopback() || ip.is_unspecified() {
        return Ok(());
    }
    let message = format!("the private authority has no certificate for {ip}, only for localhost");
    Err(Failure::unusable(message)
        .with_hint("give --tls-certificate and --tls-key of that address; or listen on 127.0.0.1 or 0.0.0.0"))
}

/// What the port speaks, and what clients have to trust for it.
fn secured(
    serve: &ServeArguments,
    given: Option<Tls>,
    folder: &Path,
) -> Result<(Tls, Option<PathBuf>), Failure> {
    match given {
        Some(tls) => Ok((tls, None)),
        None if serve.tls_private_ca => {
            let (tls, ca_file) = tls::private(folder)?;
            Ok((tls, Some(ca_file)))
        }
        None => Ok((Tls::None, None)),
    }
}

/// Where clients find the gateway, without a slash at the end.
fn url(serve: &ServeArguments, address: SocketAddr) -> String {
    if serve.tls_private_ca {
        // The name that the private authority vouches for.
        format!("https://localhost:{}", address.port())
    } else if serve.tls_certificate.is_some() {
        format!("https://{address}")
    } else {
        format!("http://{address}")
    }
}

/// Whose pages people see.
fn branding(serve: &ServeArguments) -> Result<Branding, Failure> {
    let logo = serve.pages_logo.as_deref().map(logo).transpose()?;
    Ok(Branding { name: serve.pages_name.clone(), logo })
}

fn logo(file: &Path) -> Result<Logo, Failure> {
    let bytes = std::fs::read(file).map_err(|error| {
        Failure::local(format!("the logo {} cannot be read: {error}", file.display()))
            .with_hint("give the path of a picture with --pages-logo, or leave the option out")
    })?;
    Logo::new(bytes).map_err(|error| Failure::unusable(format!("{}: {error}", file.display())))
}

/// Addresses are joined below the last slash, so there must be one at the end.
fn with_slash(url: &Url) -> Url {
    let mut url = url.clone();
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    url
}
