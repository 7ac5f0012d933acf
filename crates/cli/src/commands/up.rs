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
        tls_port: Some(up.port),
        cleartext_port: up.cleartext_port,
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
        "cleartext_url": local.cleartext_url,
        "client_id": local.client_id,
        "client_secret": local.client_secret.expose_secret(),
        "ca_file": local.tls.as_ref().map(|tls| tls.ca_file.display().to_string()),
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
    let secret = local.client_secret.expose_secret();
    let folder = plain(&local.folder().display().to_string()).into_owned();
    let kept = if local.temporary { "removed at the end" } else { "kept" };
    let mut lines = vec![
        format!("{}    {}  (gRPC and REST)", console.paint(Style::Bold, "gateway"), local.gateway_url()),
        format!("  in clear       {}", local.cleartext_url),
        format!("  client id      {}", local.client_id),
        format!("  client secret  {secret}"),
        format!("  data folder    {folder} ({kept})"),
    ];
    lines.extend(close_lines(local, console));
    lines.push(format!("\n{}", console.paint(Style::Bold, "For a program that uses an SDK of AgentKit:")));
    lines.extend(environment(local));
    let identifier = if local.twin.is_some() { "default" } else { "NAME" };
    lines.push(format!("\n{}", console.paint(Style::Bold, "Call a tool over HTTP:")));
    lines.push(format!(
        "  curl -u '{}:{secret}' {}/api/v1/execute_tool \\\n    -H 'content-type: application/json' \\\n    -d '{{\"identifier\": \"{identifier}\", \"tool_name\": \"close_leads_list\", \"params\": {{\"query\": \"Acme\", \"_limit\": 3}}}}'",
        local.client_id, local.cleartext_url
    ));
    lines.push(format!("\n{}", console.paint(Style::Bold, "Or from the command line:")));
    lines.push(format!(
        "  latch --data-folder {} call list_leads --query Acme --limit 3",
        quoted(&local.folder().display().to_string())
    ));
    lines.join("\n")
}

/// The Close behind the gateway, and the ways into it.
fn close_lines(local: &Local, console: &Console) -> Vec<String> {
    let Some((twin, app)) = &local.twin else {
        return vec![format!(
            "{}      the real one, as the connection says",
            console.paint(Style::Bold, "Close")
        )];
    };
    let mut lines = vec![format!("{}       {}", console.paint(Style::Bold, "twin"), twin.url())];
    lines.extend(
        twin.api_keys()
            .into_iter()
            .map(|key| format!("  API key        {}  {}, {}", key.key, key.user_name, key.organization_name)),
    );
    lines.push(format!("  OAuth app      {} ({})", app.client_id, app.name));
    lines.extend(twin.control_url().map(|url| format!("  control        {url}")));
    lines
}

/// What to paste into a shell before a program that uses an SDK is started there.
fn environment(local: &Local) -> Vec<String> {
    let export = |name: &str, value: &str| format!("  export {name}={}", quoted(value));
    let mut lines = vec![
        export("SCALEKIT_ENV_URL", &local.gateway_url()),
        export("SCALEKIT_CLIENT_ID", &local.client_id),
        export("SCALEKIT_CLIENT_SECRET", local.client_secret.expose_secret()),
    ];
    if let Some(tls) = &local.tls {
        let ca_file = tls.ca_file.display().to_string();
        lines.push("  # Python trusts this authority alone then, over HTTP and over gRPC".to_owned());
        lines.push(export("REQUESTS_CA_BUNDLE", &ca_file));
        lines.push(export("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", &ca_file));
        lines.push("  # Node trusts it beside its own".to_owned());
        lines.push(export("NODE_EXTRA_CA_CERTS", &ca_file));
    }
    lines
}

/// Text as a shell takes it for one word.
fn quoted(text: &str) -> String {
    format!("'{}'", plain(text).replace('\'', r"'\''"))
}
