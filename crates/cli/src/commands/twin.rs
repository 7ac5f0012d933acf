//! `latch twin`: a local Close alone.

use std::net::SocketAddr;
use std::time::Duration;

use latch_twin::{RateLimits, TokenLifetimes, TwinOptions};
use serde_json::json;

use crate::arguments::TwinArguments;
use crate::console::Console;
use crate::failure::Failure;
use crate::local;
use crate::server::loopback;
use crate::shutdown::Signals;

pub(crate) async fn run(wanted: &TwinArguments, console: &Console) -> Result<(), Failure> {
    let mut signals = Signals::listen();
    let option = if wanted.listen.is_some() { "--listen" } else { "--port" };
    let twin = local::twin(options(wanted), option).await?;
    let keys = twin.api_keys();
    let app = twin.oauth_app();
    if console.json() {
        let line = json!({
            "twin_url": twin.url(),
            "api_url": format!("{}/api/v1", twin.url()),
            "twin_api_keys": keys,
            "oauth_app": app,
            "control_url": twin.control_url(),
        });
        console.data(&line.to_string())?;
    } else {
        let mut lines = vec![
            format!("twin  {}", twin.url()),
            String::new(),
            "API keys (they open nothing else):".to_owned(),
        ];
        lines.extend(
            keys.iter().map(|key| format!("  {}  {}, {}", key.key, key.user_name, key.organization_name)),
        );
        lines.push("\nOAuth app:".to_owned());
        lines.push(format!("  client id      {}", app.client_id));
        lines.push(format!("  client secret  {}", app.client_secret));
        lines.extend(app.redirect_uris.iter().map(|address| format!("  redirect       {address}")));
        if let Some(control) = twin.control_url() {
            lines.push(format!("\nLevers for tests, listed at\n  {control}"));
        }
        if let Some(first) = keys.first() {
            lines.push(format!(
                "\nTry it:\n  CLOSE_API_KEY={} CLOSE_URL={}/api/v1 latch call list_leads --query Acme",
                first.key,
                twin.url()
            ));
        }
        console.data(&lines.join("\n"))?;
        console.talk(match wanted.folder {
            Some(_) => "Ctrl-C stops it.",
            None => "Ctrl-C stops it; what was changed in it is gone then.",
        });
    }
    signals.next().await;
    signals.or_at_once(twin.shutdown(), console).await;
    Ok(())
}

/// What the arguments mean.
fn options(wanted: &TwinArguments) -> TwinOptions {
    let listen = wanted.listen.unwrap_or_else(|| loopback(wanted.port));
    let mut rate_limits = RateLimits::default();
    for wanted in &wanted.rate_limit {
        match &wanted.group {
            Some(group) => drop(rate_limits.groups.insert(group.clone(), wanted.limit)),
            None => rate_limits.default = wanted.limit,
        }
    }
    let access = Duration::from_secs(wanted.token_lifetime);
    TwinOptions {
        seed: wanted.data.seed,
        leads: wanted.data.leads,
        activities: wanted.activities,
        max_custom_selectors: wanted.custom_selectors,
        listen,
        rate_limits,
        token_lifetimes: TokenLifetimes { access, ..TokenLifetimes::default() },
        control: wanted.control_port.map(|port| SocketAddr::new(listen.ip(), port)),
        data: wanted.folder.clone(),
        ..TwinOptions::default()
    }
}
