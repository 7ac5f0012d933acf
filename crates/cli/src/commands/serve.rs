//! `latch serve`: the gateway alone.

use serde_json::json;
use url::Url;

use crate::arguments::{GlobalOptions, ServeArguments};
use crate::console::Console;
use crate::failure::Failure;
use crate::folder::data_folder;
use crate::open;
use crate::server::{Server, doors, listen};
use crate::shutdown::Signals;

pub(crate) async fn run(
    global: GlobalOptions,
    serve: &ServeArguments,
    console: &Console,
) -> Result<(), Failure> {
    let mut signals = Signals::listen();
    let folder = data_folder(global.data_folder)?;
    let listener = listen(serve.listen, "--listen").await?;
    let address = listener.local_addr().unwrap_or(serve.listen);
    let public_url = match &serve.public_url {
        Some(url) => with_slash(url),
        None => Url::parse(&format!("http://{address}/"))
            .map_err(|error| Failure::unusable(format!("{address} cannot be written as a URL: {error}")))?,
    };
    let house = open::serving(&folder, public_url).await?;
    let refresher = house.vault.spawn_refresher();
    house.vault.spawn_webhooks().until_closed();
    let server = Server::start(listener, doors(&house.gateway))?;
    if console.json() {
        let line = json!({"gateway_url": server.url(), "data_folder": folder.display().to_string()});
        console.data(&line.to_string())?;
    } else {
        console.data(&format!("gateway      {}\ndata folder  {}", server.url(), folder.display()))?;
        if house.vault.clients(&open::tenant()).await?.is_empty() {
            console.talk("no program may use it yet: `latch clients create NAME` makes an API client");
        }
        console.talk("Ctrl-C stops it.");
    }
    signals.next().await;
    console.talk("stopping; calls in flight are finished first; once more stops at once");
    let stopping = async {
        server.shutdown().await;
        refresher.shutdown().await;
        house.close().await;
    };
    signals.or_at_once(stopping, console).await;
    Ok(())
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
