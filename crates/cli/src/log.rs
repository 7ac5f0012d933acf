//! The log, on standard error, and the traces that a server sends. Where the log cannot be written it is lost, and
//! everything else goes on.

use std::io::{self, Write};

use clap::ValueEnum;
use latch_telemetry::{LogTime, Traces};
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::arguments::{Arguments, Command, LogFormat};
use crate::console::Console;
use crate::environment;
use crate::failure::Failure;
use crate::log_writer::{LogThread, LogWriter};

/// Commands that do one thing speak for themselves; servers say what they do.
const QUIET: &str = "error";
const SERVING: &str = "warn,latch_gateway=info,latch_telemetry=info,latch_vault=info";

/// What has to be ended with the program.
#[derive(Debug)]
pub(crate) struct Log {
    traces: Option<Traces>,
    /// Writes a server's lines, and when it is dropped what is left of them.
    _lines: Option<LogThread>,
}

/// Starts to log as `LATCH_LOG` and the format say, and to send traces if this is a server and the environment
/// names a collector. To be called within the runtime.
///
/// # Errors
///
/// If a variable is not text. One that cannot be understood is said, and logging is as usual.
pub(crate) fn start(arguments: &Arguments, console: &Console) -> Result<Log, Failure> {
    let serves = matches!(arguments.command, Command::Up(_) | Command::Serve(_));
    let filter = filter(if serves { SERVING } else { QUIET }, console)?;
    let format = match arguments.global.log_format {
        Some(format) => format,
        None => format_of_environment(console)?,
    };
    let traces = if serves { traces(console)? } else { None };
    let (writer, thread) = if serves {
        let (writer, thread) = LogWriter::start(io::stderr());
        (BoxMakeWriter::new(writer), Some(thread))
    } else {
        (BoxMakeWriter::new(|| Lossy(io::stderr())), None)
    };
    let lines = tracing_subscriber::registry().with(lines(format, writer, console).with_filter(filter));
    // A layer that may be there or not would have every span made that only traces want.
    match &traces {
        Some(traces) => lines.with(traces.layer()).init(),
        None => lines.init(),
    }
    Ok(Log { traces, _lines: thread })
}

impl Log {
    /// Sends the traces that are left.
    pub(crate) async fn end(self) {
        if let Some(traces) = self.traces {
            traces.shutdown().await;
        }
    }
}

fn lines(
    format: LogFormat,
    writer: BoxMakeWriter,
    console: &Console,
) -> Box<dyn Layer<Registry> + Send + Sync> {
    let lines =
        tracing_subscriber::fmt::layer().with_writer(writer).with_timer(LogTime).log_internal_errors(false);
    match format {
        LogFormat::Text => lines.with_ansi(console.colours_talk()).with_target(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).boxed(),
    }
}

fn filter(usual: &str, console: &Console) -> Result<EnvFilter, Failure> {
    Ok(match environment::LATCH_LOG.read()?.map(|text| text.parse::<EnvFilter>()) {
        Some(Ok(filter)) => filter,
        Some(Err(error)) => {
            console.talk(&format!("LATCH_LOG cannot be understood ({error}); logging as usual"));
            EnvFilter::new(usual)
        }
        None => EnvFilter::new(usual),
    })
}

fn format_of_environment(console: &Console) -> Result<LogFormat, Failure> {
    let Some(text) = environment::LATCH_LOG_FORMAT.read()? else { return Ok(LogFormat::Text) };
    Ok(LogFormat::from_str(text.trim(), true).unwrap_or_else(|_| {
        console.talk("LATCH_LOG_FORMAT cannot be understood (it is text or json); logging as text");
        LogFormat::Text
    }))
}

fn traces(console: &Console) -> Result<Option<Traces>, Failure> {
    let Some(endpoint) = environment::OTEL_EXPORTER_OTLP_ENDPOINT.read()? else { return Ok(None) };
    Ok(match Traces::start(endpoint.trim()) {
        Ok(traces) => Some(traces),
        Err(error) => {
            console.talk(&format!("OTEL_EXPORTER_OTLP_ENDPOINT: {error}; serving without traces"));
            None
        }
    })
}

/// A stream whose errors are nobody's: the log has no other place to go, and must stop nothing.
struct Lossy<W>(W);

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
