//! `latch up`: a local Close and the gateway, for use from other programs.

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::arguments::{GlobalOptions, UpArguments};
use crate::console::{Console, Style, plain};
use crate::failure::Failure;
use crate::folder::data_folder;
use crate::local::{Local, LocalOptions};
use crate::shutdown::Signals;

pub(crate) async fn run(global: GlobalOptions, up: &UpArguments, console: &Console) -> Result<(), Failure> {
    let folder = match (global.data_folder, up.close) {
        // The real Close needs the app and the accounts that were stored before.
        (None, true) => Some(data_folder(None)?),
        (given, _) => given,
    };
    let options = LocalOptions {
        port: up.port,
        twin_port: up.twin_port,
        data: up.data,
        folder,
        real_close: up.close,
        client_name: "latch up",
        app_name: "Latch",
    };
    // Heard from here on, so that a signal while things start is not lost either.
    let mut signals = Signals::listen();
    let local = Local::start(options).await?;
    local.connect_first_user().await?;
    if console.json() {
        console.data(&as_json(&local).to_string())?;
    } else {
        console.painted(&as_text(&local, console))?;
        console.talk("Ctrl-C stops it.");
    }
    signals.next().await;
    console.talk("stopping; calls in flight are finished first; once more stops at once");
    signals.or_at_once(local.shutdown(), console).await;
    Ok(())
}

/// Everything another program needs, on one line.
fn as_json(local: &Local) -> Value {
    let twin = local.twin.as_ref();
    json!({
        "gateway_url": local.gateway_url(),
        "client_id": local.client_id,
        "client_secret": local.client_secret.expose_secret(),
        "ca_file": null,
        "twin_url": twin.map(|(twin, _)| twin.url()),
        "twin_api_keys": twin.map(|(twin, _)| twin.api_keys()).unwrap_or_default(),
        "oauth_app": twin.map(|(_, app)| json!({
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "redirect_uri": app.redirect_uris.first(),
            "name": app.name,
        })),
        "control_url": twin.and_then(|(twin, _)| twin.control_url()),
        "data_folder": local.folder().display().to_string(),
    })
}

fn as_text(local: &Local, console: &Console) -> String {
    let gateway = local.gateway_url();
    let secret = local.client_secret.expose_secret();
    let folder = plain(&local.folder().display().to_string()).into_owned();
    let kept = if local.temporary { "removed at the end" } else { "kept" };
    let mut lines = vec![
        format!("{}    {gateway}", console.paint(Style::Bold, "gateway")),
        format!("  client id      {}", local.client_id),
        format!("  client secret  {secret}"),
        format!("  data folder    {folder} ({kept})"),
    ];
    match &local.twin {
        Some((twin, app)) => {
            lines.push(format!("{}       {}", console.paint(Style::Bold, "twin"), twin.url()));
            for key in twin.api_keys() {
                lines.push(format!(
                    "  API key        {}  {}, {}",
                    key.key, key.user_name, key.organization_name
                ));
            }
            lines.push(format!("  OAuth app      {} ({})", app.client_id, app.name));
            lines.extend(twin.control_url().map(|url| format!("  control        {url}")));
        }
        None => lines.push(format!(
            "{}      the real one, as the connection says",
            console.paint(Style::Bold, "Close")
        )),
    }
    let identifier = if local.twin.is_some() { "default" } else { "NAME" };
    lines.push(format!("\n{}", console.paint(Style::Bold, "Call a tool over HTTP:")));
    lines.push(format!(
        "  curl -u '{}:{secret}' {gateway}/api/v1/execute_tool \\\n    -H 'content-type: application/json' \\\n    -d '{{\"identifier\": \"{identifier}\", \"tool_name\": \"close_leads_list\", \"params\": {{\"query\": \"Acme\", \"_limit\": 3}}}}'",
        local.client_id
    ));
    lines.push(format!("\n{}", console.paint(Style::Bold, "Or from the command line:")));
    lines.push(format!("  latch --data-folder '{folder}' call list_leads --query Acme --limit 3"));
    lines.join("\n")
}
