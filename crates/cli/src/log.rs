//! The log, on standard error. Where that cannot be written the log is lost, and everything else goes on.

use std::io::{self, Stderr, Write};

use tracing_subscriber::EnvFilter;

use crate::arguments::Command;
use crate::console::Console;
use crate::environment;
use crate::failure::Failure;

/// Commands that do one thing speak for themselves; servers say what they do.
const QUIET: &str = "error";
const SERVING: &str = "warn,latch_gateway=info,latch_vault=info";

/// Starts to log as `LATCH_LOG` says.
///
/// # Errors
///
/// If that is not text. A filter that cannot be understood is said, and logging is as usual.
pub(crate) fn start(command: &Command, console: &Console) -> Result<(), Failure> {
    let usual = if matches!(command, Command::Up(_) | Command::Serve(_)) { SERVING } else { QUIET };
    let filter = match environment::LATCH_LOG.read()?.map(|text| text.parse::<EnvFilter>()) {
        Some(Ok(filter)) => filter,
        Some(Err(error)) => {
            console.talk(&format!("LATCH_LOG cannot be understood ({error}); logging as usual"));
            EnvFilter::new(usual)
        }
        None => EnvFilter::new(usual),
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| Lossy(io::stderr()))
        .log_internal_errors(false)
        .with_ansi(console.colours_talk())
        .with_target(false)
        .init();
    Ok(())
}

/// A stream whose errors are nobody's: the log has no other place to go, and must stop nothing.
struct Lossy<W = Stderr>(W);

impl<W: Write> Write for Lossy<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(self.0.write(bytes).unwrap_or(bytes.len()))
    }

    fn flush(&mut self) -> io::Result<()> {
        let _ = self.0.flush();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::StorageFull.into())
        }
    }

    #[test]
    fn what_cannot_be_written_is_lost_without_an_error() {
        let mut log = Lossy(Full);
        assert!(log.write_all(b"a line").is_ok());
        assert!(log.flush().is_ok());
    }
}
