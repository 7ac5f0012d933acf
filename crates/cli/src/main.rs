//! The `latch` program: arguments in, text or JSON out.
//!
//! Promises that data goes to standard output and talk to standard error, that every failure ends with the
//! exit code that `--help` documents for it, and that no key or token is ever printed. It has no behaviour
//! of its own: it wires the catalogue, the vault, the gateway and its doors, and the twin.

mod arguments;
mod coerce;
mod commands;
mod console;
mod demo;
mod environment;
mod exit;
mod failure;
mod folder;
mod input;
mod local;
mod log;
mod log_writer;
mod metrics;
mod open;
mod output;
mod server;
mod shutdown;
mod tls;

use std::process::ExitCode;
use std::time::Duration;

use mimalloc::MiMalloc;

use crate::console::Console;
use crate::exit::Exit;

/// How long work in the background may take to end once the program has said what it had to say.
const LAST_MOMENTS: Duration = Duration::from_secs(2);

/// A fifth of the processor time of a call went into the system's allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let arguments = match arguments::parse(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(unusable) => return unusable.report().into(),
    };
    let console = Console::new(arguments.global.json);
    let exit = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let outcome = runtime.block_on(async {
                let log = log::start(&arguments, &console)?;
                let outcome = commands::run(arguments, &console).await;
                log.end().await;
                outcome
            });
            runtime.shutdown_timeout(LAST_MOMENTS);
            match outcome {
                Ok(()) => Exit::Success,
                Err(failure) => failure.report(&console),
            }
        }
        Err(error) => {
            failure::Failure::local(format!("the program cannot start its threads: {error}")).report(&console)
        }
    };
    exit.into()
}
