//! The log, on standard error.

use tracing_subscriber::EnvFilter;

use crate::arguments::Command;
use crate::console::Console;
use crate::environment;

/// Commands that do one thing speak for themselves; servers say what they do.
const QUIET: &str = "error";
const SERVING: &str = "warn,latch_gateway=info,latch_vault=info";

/// Starts to log as `LATCH_LOG` says.
pub(crate) fn start(command: &Command, console: &Console) {
    let usual = if matches!(command, Command::Up(_) | Command::Serve(_)) { SERVING } else { QUIET };
    let filter = match environment::LATCH_LOG.read().map(|text| text.parse::<EnvFilter>()) {
        Some(Ok(filter)) => filter,
        Some(Err(error)) => {
            console.talk(&format!("LATCH_LOG cannot be understood ({error}); logging as usual"));
            EnvFilter::new(usual)
        }
        None => EnvFilter::new(usual),
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(console.colours_talk())
        .with_target(false)
        .init();
}
