//! `latch twin`: a local Close alone.

use serde_json::json;

use crate::arguments::TwinArguments;
use crate::console::Console;
use crate::failure::Failure;
use crate::local;
use crate::server::loopback;
use crate::shutdown::Signals;

pub(crate) async fn run(wanted: &TwinArguments, console: &Console) -> Result<(), Failure> {
    let mut signals = Signals::listen();
    let twin = local::twin(loopback(wanted.port), wanted.data, wanted.control, "--port").await?;
    let keys = twin.api_keys();
    let app = twin.oauth_app();
    if console.json() {
        let line = json!({
            "twin_url": twin.url(),
            "api_url": format!("{}/api/v1", twin.url()),
            "twin_api_keys": keys,
            "oauth_app": app,
            "control_url": wanted.control.then(|| format!("{}/_twin", twin.url())),
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
        if let Some(first) = keys.first() {
            lines.push(format!(
                "\nTry it:\n  CLOSE_API_KEY={} CLOSE_URL={}/api/v1 latch call list_leads --query Acme",
                first.key,
                twin.url()
            ));
        }
        console.data(&lines.join("\n"))?;
        console.talk("Ctrl-C stops it; what was changed in it is gone then.");
    }
    signals.next().await;
    signals.or_at_once(twin.shutdown(), console).await;
    Ok(())
}
