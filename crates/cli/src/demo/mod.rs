//! `latch demo`: the main job, once, for real.
//!
//! It talks to the gateway over HTTP only, as an application would, approves the consent page as a browser
//! would, and at the end reads every object back from the twin itself. It promises that success means that
//! every step really happened.

mod browser;
mod door;
mod form;
mod proof;
mod report;
mod story;

use serde_json::json;

use crate::arguments::{DemoArguments, GlobalOptions};
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::local::{Local, LocalOptions};
use report::Report;

/// Name of the application that the consent page shows.
const APPLICATION: &str = "Sales Assistant";

/// What made the demo stop.
#[derive(Debug)]
pub(crate) struct Stopped(String);

impl Stopped {
    fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

pub(crate) async fn run(
    global: GlobalOptions,
    demo: &DemoArguments,
    console: &Console,
) -> Result<(), Failure> {
    let kept = global.data_folder.is_some();
    let options = LocalOptions {
        // The demo is its own only client: it needs no authority to trust.
        tls_port: None,
        cleartext_port: 0,
        twin_port: 0,
        data: demo.data,
        folder: global.data_folder,
        real_close: false,
        client_name: "latch demo",
        app_name: APPLICATION,
    };
    let local = Local::start(options).await?;
    let mut report = Report::new(console);
    let outcome = tell(&local, &mut report).await;
    let folder = local.folder().display().to_string();
    local.shutdown().await;
    match outcome {
        Ok(summary) => {
            if console.json() {
                return console.json_document(&json!({
                    "success": true,
                    "steps": report.into_steps(),
                    "summary": summary,
                }));
            }
            report.summary(&summary, kept.then_some(folder.as_str()))
        }
        Err(Stopped(why)) => {
            let step = report.next_number();
            if console.json() {
                console.json_document(&json!({
                    "success": false,
                    "error": why,
                    "failed_step": step,
                    "steps": report.into_steps(),
                }))?;
            } else {
                report.failed(&why)?;
            }
            Err(Failure::told(Exit::Failed))
        }
    }
}

async fn tell(local: &Local, report: &mut Report<'_>) -> Result<Vec<String>, Stopped> {
    let Some((twin, app)) = &local.twin else {
        return Err(Stopped::new(
            "the data folder belongs to the real Close, where the demo would leave its traces; choose another with --data-folder",
        ));
    };
    report.opening(&twin.url(), &local.gateway_url(), local.folder(), app)?;
    let made = story::tell(local, twin, report).await?;
    proof::read_back(twin, &made, report).await
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self(
            failure
                .error()
                .map_or_else(|| "the output cannot be written".to_owned(), |error| error.message.clone()),
        )
    }
}
